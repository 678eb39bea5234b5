/** Layers of configuration as people write them, right and wrong. The API server and this program must say the same about each. */

const BAD_NAME =
  "a variable's name is at most 253 letters, digits, '-', '_' or '.', and begins neither with a digit nor with '..': correct the name";
const NO_ENVIRONMENT =
  "must be the name of an Environment: lower-case letters, digits, '-' or '.', with a letter or digit at both ends";

/** A spec with the fields of a layer, and what is said of it: its field and message; none: it is accepted. */
type Input = [name: string, spec: object, path?: string, message?: string];

const secret = (name: string, more: object = {}) => ({
  name,
  secretKeyRef: { name: 'qa-db', key: 'password', ...more },
});
const named = (count: number) => Array.from({ length: count }, (_, index) => `V${index}`);
const vars = (count: number) => Object.fromEntries(named(count).map((name) => [name, '']));

/** Of an Environment and of a DynamicEnv. */
const LAYER_INPUTS: readonly Input[] = [
  ['names of all kinds', { vars: { 'a-B_c.9': '1', _: '2', '-x': '3', '.x': '4', a: '' } }],
  ['a value of 32,768 characters', { vars: { A: 'x'.repeat(32_768) } }],
  ['all that fits', { vars: vars(128), secrets: named(64).map((name) => secret(`S${name}`)) }],
  [
    'a secret that is optional',
    { secrets: [secret('A', { optional: true, name: 'a.b', key: 'A_b-c.d' })] },
  ],
  ['a long name', { unset: ['A'.repeat(253)] }],
  [
    'a value that is too long',
    { vars: { A: 'x'.repeat(32_769) } },
    'spec.vars[A]',
    'must have at most 32768 characters: shorten it',
  ],
  ['a number', { vars: { A: 1 } }, 'spec.vars[A]', 'must be of type string'],
  ['a digit first', { vars: { '1A': '' } }, 'spec.vars', BAD_NAME],
  ['an empty name', { vars: { '': '' } }, 'spec.vars', BAD_NAME],
  ['a name with a space', { vars: { 'A B': '' } }, 'spec.vars', BAD_NAME],
  ['a name with a line break', { vars: { 'A\n': '' } }, 'spec.vars', BAD_NAME],
  ['a name that is no variable', { vars: { é: '' } }, 'spec.vars', BAD_NAME],
  ['a dot', { vars: { '.': '' } }, 'spec.vars', BAD_NAME],
  ['two dots first', { unset: ['..A'] }, 'spec.unset[0]', BAD_NAME],
  ['a name that is too long', { vars: { ['A'.repeat(254)]: '' } }, 'spec.vars', BAD_NAME],
  ['a bad name of a secret', { secrets: [secret('A=')] }, 'spec.secrets[0].name', BAD_NAME],
  [
    'a name in vars and secrets',
    { vars: { A: '' }, secrets: [secret('B'), secret('A')] },
    'spec',
    'a variable is in vars and in secrets: it has one source, so take it out of one of them',
  ],
  [
    'a name in vars and unset',
    { vars: { A: '' }, unset: ['A'] },
    'spec',
    'a variable is in vars and in unset: take it out of unset to set it, or out of vars to remove it',
  ],
  [
    'a name in secrets and unset',
    { secrets: [secret('A')], unset: ['B', 'A'] },
    'spec',
    'a variable is in secrets and in unset: take it out of unset to set it, or out of secrets to remove it',
  ],
  [
    'a name twice in unset',
    { unset: ['A', 'B', 'A'] },
    'spec.unset',
    'a variable is twice in unset: take one out',
  ],
  ['a name twice in secrets', { secrets: [secret('A'), secret('A')] }, 'spec.secrets[1]'],
  ['a secret without a reference', { secrets: [{ name: 'A' }] }, 'spec.secrets[0].secretKeyRef'],
  [
    'a bad name of a Secret',
    { secrets: [secret('A', { name: 'QA' })] },
    'spec.secrets[0].secretKeyRef.name',
    "must be the name of a Secret: lower-case letters, digits, '-' or '.', with a letter or digit at both ends",
  ],
  [
    'a bad key',
    { secrets: [secret('A', { key: 'a/b' })] },
    'spec.secrets[0].secretKeyRef.key',
    "must be a key of a Secret: letters, digits, '-', '_' or '.'",
  ],
  ['129 variables', { vars: vars(129) }, 'spec.vars', 'must have at most 128 keys: take some out'],
  [
    '65 secrets',
    { secrets: named(65).map((name) => secret(name)) },
    'spec.secrets',
    'must have at most 64 items: take some out',
  ],
  ['129 unset', { unset: named(129) }, 'spec.unset', 'must have at most 128 items: take some out'],
];

/** Of an Environment named `qa`. */
const ENVIRONMENT_INPUTS: readonly Input[] = [
  ['nothing', {}],
  ['a parent', { extends: 'dev.v1', description: 'for the testers' }],
  ['itself', { extends: 'qa' }, '', 'spec.extends is the Environment itself: name its parent'],
  ['no name of an Environment', { extends: 'QA' }, 'spec.extends', NO_ENVIRONMENT],
  ['an empty name of an Environment', { extends: '' }, 'spec.extends', NO_ENVIRONMENT],
];

const scope = (...selectors: object[]) => ({
  vars: { A: '' },
  scope: selectors.map((selector) => ({ namespace: 'shop', selector })),
});
const expression = (one: object) => scope({ matchExpressions: [{ key: 'tier', ...one }] });
const VALUES =
  'In and NotIn need values, and Exists and DoesNotExist have none: add values, or take them out';
const SELF = [{ name: 'backend', namespace: 'shop' }];
const NO_LAYER =
  'scope names the workloads that a configuration concerns, and there is none: give environment, vars, secrets or unset, or take scope out';
const SAME_AS_BASE =
  'an item changes no container, so its clone would equal its base: give containers or initContainers there, or take the item out, or give the environment a configuration (environment, vars, secrets or unset)';

/** Of a DynamicEnv, whose spec has nothing else but `istioMatches`. */
const DYNAMIC_ENV_INPUTS: readonly Input[] = [
  ['an Environment and a scope', { environment: 'qa', scope: [{ namespace: 'shop' }] }],
  ['a scope of an own layer', { unset: ['A'], scope: [{ namespace: 'shop', consumers: true }] }],
  ['two selectors of a namespace', scope({}, { matchLabels: { 'a.b/c': '', d: 'e' } })],
  ['selectors', expression({ operator: 'NotIn', values: ['', 'a'] })],
  ['selectors without values', expression({ operator: 'Exists', values: [] })],
  ['a subset that changes nothing', { environment: 'qa', subsets: SELF, consumers: SELF }],
  [
    'no name of an Environment',
    { environment: 'a_b', subsets: SELF },
    'spec.environment',
    NO_ENVIRONMENT,
  ],
  [
    'no workload',
    { environment: 'qa', scope: [] },
    'spec',
    'name at least one Deployment to clone, under subsets (receives requests) or consumers (does not), or the workloads that the configuration concerns, under scope',
  ],
  ['a scope without a layer', { vars: {}, scope: [{ namespace: 'shop' }] }, 'spec.scope', NO_LAYER],
  ['a subset without a layer', { subsets: SELF }, 'spec.subsets', SAME_AS_BASE],
  ['a consumer without a layer', { consumers: SELF }, 'spec.consumers', SAME_AS_BASE],
  [
    'a scope without a namespace',
    { vars: { A: '' }, scope: [{ selector: {} }] },
    'spec.scope[0].namespace',
  ],
  [
    'a bad namespace',
    { vars: { A: '' }, scope: [{ namespace: '*' }] },
    'spec.scope[0].namespace',
    "must consist of lower-case letters, digits or '-'",
  ],
  [
    'nine entries of a scope',
    scope({}, {}, {}, {}, {}, {}, {}, {}, {}),
    'spec.scope',
    'must have at most 8 items: take some out',
  ],
  [
    'a bad operator',
    expression({ operator: 'Equals', values: ['a'] }),
    'spec.scope[0].selector.matchExpressions[0].operator',
    'must be In, NotIn, Exists or DoesNotExist: correct the operator',
  ],
  [
    'In without values',
    expression({ operator: 'In' }),
    'spec.scope[0].selector.matchExpressions[0]',
    VALUES,
  ],
  [
    'Exists with values',
    expression({ operator: 'Exists', values: ['a'] }),
    'spec.scope[0].selector.matchExpressions[0]',
    VALUES,
  ],
  [
    'a bad key of a label',
    scope({ matchLabels: { 'a b': 'c' } }),
    'spec.scope[0].selector.matchLabels',
    'a label key is a name',
  ],
  [
    'a bad value of a label',
    scope({ matchLabels: { a: 'b c' } }),
    'spec.scope[0].selector.matchLabels[a]',
    'must be a label value',
  ],
];

const environmentWith = (spec: object) => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'Environment',
  metadata: { name: 'qa' },
  spec,
});

const dynamicEnvWith = (spec: object) => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name: 'polina' },
  spec: { istioMatches: [{ headers: { user: { exact: 'polina' } } }], ...spec },
});

/** Every input: its name, the object, and what is said of it, if it is refused. */
export const CONFIGURATION_INPUTS: readonly (readonly [
  string,
  ReturnType<typeof environmentWith>,
  { path: string; message: string } | undefined,
])[] = [
  ...[...LAYER_INPUTS, ...ENVIRONMENT_INPUTS].map(([name, spec, ...said]) =>
    rowOf(`Environment: ${name}`, environmentWith(spec), ...said),
  ),
  ...LAYER_INPUTS.map(([name, spec, ...said]) =>
    rowOf(
      `DynamicEnv: ${name}`,
      dynamicEnvWith({ environment: 'qa', subsets: SELF, ...spec }),
      ...said,
    ),
  ),
  ...DYNAMIC_ENV_INPUTS.map(([name, spec, ...said]) =>
    rowOf(`DynamicEnv: ${name}`, dynamicEnvWith(spec), ...said),
  ),
];

function rowOf(
  name: string,
  object: ReturnType<typeof environmentWith>,
  path?: string,
  message = '',
): (typeof CONFIGURATION_INPUTS)[number] {
  return [name, object, path === undefined ? undefined : { path, message }];
}
