import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamicEnvSpec } from '../../../src/api/dynamicenv.ts';
import type { EnvironmentSpec } from '../../../src/api/environment.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { Command } from '../control-plane/commands.ts';
import { problem, until } from '../control-plane/poll.ts';
import { renderPermissions } from '../lib/policies.ts';
import { envOf, type Guarded, refuses, send, startGuarded, workload } from './lib/guarded.ts';
import { type PolicyObject, twice } from './lib/twice.ts';

const RESOURCE = 'environments.riskified.com';
const VALUES = { kinds: ['environment'] };
const DENIED = (policy: string) =>
  `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: `;
const ROLE = (name: string) =>
  `ask a cluster administrator to bind you a ClusterRole with the verb use on the resource ${RESOURCE} and the resourceName ${name}`;

/** With team-a, as many namespaces as one write may concern, with names of the greatest length. */
const MANY = Array.from({ length: 19 }, (_, i) => `${'n'.repeat(60)}${i + 10}`);

let guarded: Guarded;
/** May use the Environment qa, and has the role edit in team-a. */
let ann: Command;
/** May use no Environment, and has the role edit in team-a and team-b. */
let bob: Command;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a', ...MANY], bob: ['team-a', 'team-b'] }, VALUES);
  ann = guarded.as('ann');
  bob = guarded.as('bob');
  await grant('ann', 'use', 'qa');
  await refuses('dynamicenv-environments', () =>
    send(bob, 'create', usesQa('probe'), '--dry-run=server'),
  );
  await grant('pat', 'create,get,patch,update');
  await refuses('dynamicenv-environments-parent', () =>
    send(guarded.kubectl, 'create', environment('child', { extends: 'qa' }), ...DRY, ...AS('pat')),
  );
});

afterAll(() => guarded?.stop());
afterEach(async () => {
  await guarded.kubectl(['delete', 'de', '--all', '--wait=false']);
});

const DRY = ['--dry-run=server'];
const AS = (user: string) => ['--as', user];

/** Gives a user these verbs instead of those of the call before: `use` on these Environments, the others on all of them. */
async function grant(user: string, verbs: string, ...names: string[]): Promise<void> {
  const role = `environments-${user}`;
  const resourceNames = verbs === 'use' ? { resourceNames: names } : {};
  const API = 'rbac.authorization.k8s.io';
  const items = [
    {
      apiVersion: `${API}/v1`,
      kind: 'ClusterRole',
      metadata: { name: role },
      rules: [
        {
          apiGroups: ['riskified.com'],
          resources: ['environments'],
          verbs: verbs.split(','),
          ...resourceNames,
        },
      ],
    },
    {
      apiVersion: `${API}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: API, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: API, kind: 'User', name: user }],
    },
  ];
  await guarded.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}

const environment = (name: string, spec: EnvironmentSpec = {}) => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'Environment',
  metadata: { name },
  spec: { vars: { DB_HOST: name }, ...spec },
});

const inA = { subsets: [workload('team-a')] };
const usesQa = (name: string, spec: Partial<DynamicEnvSpec> = {}) =>
  envOf(name, { ...inA, environment: 'qa', ...spec });

const merge = (target: string, patch: object, ...flags: string[]) => [
  ...['patch', ...target.split(' '), '--type=merge', ...flags, '-p'],
  JSON.stringify(patch),
];

interface Policy {
  metadata: { name: string; generation: number };
  status?: { observedGeneration?: number; typeChecking?: object };
}

test('the API server has no warning about the policies', async () => {
  await until(30, async () => {
    const text = await guarded.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
    const { items } = JSON.parse(text) as { items: Policy[] };
    const open = items.filter(
      ({ metadata, status }) => status?.observedGeneration !== metadata.generation,
    );
    if (open.length > 0) return 'not type-checked yet';
    expect(items).toHaveLength(8);
    for (const { metadata, status } of items)
      expect([metadata.name, status?.typeChecking]).toEqual([metadata.name, {}]);
    return undefined;
  });
});

describe('a DynamicEnv that names an Environment', () => {
  const mayNotName = (user: string, name: string) =>
    `${DENIED('dynamicenv-environments')}spec.environment: ${user} may not use the Environment "${name}": ${ROLE(name)}`;
  const mayNotKeep = `${DENIED('dynamicenv-environments')}spec.environment: this DynamicEnv uses the Environment "qa", which bob may not use, so may only take it out or delete the DynamicEnv: ${ROLE('qa')}`;

  test('is for those who may use that Environment, with every verb', async () => {
    await send(ann, 'create', usesQa('anns'));
    const second = [workload('team-a'), { ...workload('team-a'), name: 'two' }];
    await send(ann, 'replace', usesQa('anns', { subsets: second }));
    await send(ann, 'apply', usesQa('anns'), '--server-side', '--force-conflicts');
    await ann(['annotate', 'de', 'anns', 'riskified.com/renewed-at=2026-01-01T00:00:00Z']);
    await expect(ann(merge('de anns', { spec: { environment: 'prod' } }))).rejects.toThrow(
      mayNotName('ann', 'prod'),
    );
    await ann(['delete', 'de', 'anns']);
  });

  test('is refused to others, with every verb', async () => {
    for (const flags of [[], DRY])
      await expect(send(bob, 'create', usesQa('bobs'), ...flags)).rejects.toThrow(
        mayNotName('bob', 'qa'),
      );
    await send(bob, 'create', envOf('bobs', inA));
    const attempts = [
      () => send(bob, 'replace', usesQa('bobs')),
      () => send(bob, 'apply', usesQa('bobs'), '--server-side', '--force-conflicts'),
      () => bob(merge('de bobs', { spec: { environment: 'qa' } })),
      () => send(guarded.kubectl, 'replace', usesQa('bobs'), '--as=bob', '--as-group=authors'),
    ];
    for (const attempt of attempts)
      await expect(attempt()).rejects.toThrow(mayNotName('bob', 'qa'));
  });

  const image = { spec: { subsets: [workload('team-a', { containers: [{ image: 'evil' }] })] } };
  const scope = { spec: { scope: [{ namespace: 'team-a' }] } };

  test.each([
    ['its image', merge('de anns', image)],
    ['its scope', merge('de anns', scope)],
    ['its own variables', merge('de anns', { spec: { vars: { DB_HOST: 'bobs' } } })],
    [
      'its matches',
      merge('de anns', { spec: { istioMatches: [{ headers: { a: { exact: 'b' } } }] } }),
    ],
    ['an annotation', ['annotate', 'de', 'anns', 'a=b']],
    ['a label', ['label', 'de', 'anns', 'a=b']],
    ['a finalizer', merge('de anns', { metadata: { finalizers: ['example.com/x'] } })],
  ])('may be changed only by them: %s', async (_what, args) => {
    await send(ann, 'create', usesQa('anns'));
    await expect(bob(args)).rejects.toThrow(mayNotKeep);
    await ann([...args, ...DRY]);
  });

  test('may lose it, and may be deleted, by whoever may create Deployments in its namespaces', async () => {
    await send(ann, 'create', usesQa('anns'));
    await bob(['delete', 'de', 'anns', ...DRY]);
    await bob(merge('de anns', { spec: { environment: null } }));
    await bob(['annotate', 'de', 'anns', 'a=b']);
  });

  test('is written by Metacontroller, and by who may patch everything, as the garbage collector may', async () => {
    await send(ann, 'create', usesQa('anns'));
    const finalizers = { metadata: { finalizers: ['metacontroller.io/compositecontroller-x'] } };
    await guarded.metacontroller(merge('de anns', finalizers));
    const rights = ['--verb=get,list,watch,patch,update,delete', '--resource=*.*'];
    await guarded.kubectl(['create', 'clusterrole', 'collector', ...rights]);
    const subject = ['--clusterrole=collector', '--user=collector'];
    await guarded.kubectl(['create', 'clusterrolebinding', 'collector', ...subject]);
    const none = { metadata: { finalizers: null } };
    await guarded.kubectl(merge('de anns', none, '--as=collector'));
    await send(guarded.kubectl, 'replace', usesQa('anns', { environment: 'prod' }));
  });

  test('a DynamicEnv with variables of its own needs no such right', async () => {
    const secretKeyRef = { name: 'db', key: 'password' };
    const layer = {
      vars: { A: 'b' },
      secrets: [{ name: 'P', secretKeyRef }],
      unset: ['DEBUG'],
      scope: [{ namespace: 'team-a' }],
    };
    await send(bob, 'create', envOf('bobs', { ...inA, ...layer }));
    await bob(merge('de bobs', { spec: { vars: { A: 'c' } } }));
  });
});

describe('environments.allowed', () => {
  const words = `${DENIED('dynamicenv-spec')}spec.environment: qa is not an Environment that the administrator allows: name one of dev, uat`;

  afterAll(async () => {
    await guarded.configure(VALUES);
    await until(30, () => problem(send(ann, 'create', usesQa('anns'), ...DRY)));
  });

  test('names the only ones, for everybody; what exists can be annotated, changed to one of them, and deleted', async () => {
    await send(ann, 'create', usesQa('anns'));
    await guarded.configure({ ...VALUES, environments: { allowed: ['dev', 'uat'] } });
    await refuses('dynamicenv-spec', () => send(ann, 'create', usesQa('x'), ...DRY));
    for (const command of [ann, guarded.kubectl])
      await expect(send(command, 'create', usesQa('x'), ...DRY)).rejects.toThrow(words);
    await ann(['annotate', 'de', 'anns', 'a=b']);
    await expect(ann(merge('de anns', { spec: { owner: 'ann' } }))).rejects.toThrow(words);
    await guarded.kubectl(merge('de anns', { spec: { environment: 'uat' } }));
    await expect(ann(merge('de anns', { spec: { owner: 'ann' } }))).rejects.toThrow(
      `${DENIED('dynamicenv-environments')}spec.environment: this DynamicEnv uses the Environment "uat"`,
    );
    await ann(['delete', 'de', 'anns']);
    await send(ann, 'create', envOf('anns', inA), ...DRY);
  });
});

describe('namespaces of scope', () => {
  const POLICY = DENIED('dynamicenv-authors');
  const scoped = (...namespaces: string[]) =>
    envOf('scoped', { vars: { A: 'b' }, scope: namespaces.map((namespace) => ({ namespace })) });
  const mayNotClone = `${POLICY}spec: ann may not create Deployments in namespace "team-b", so no DynamicEnv of theirs may clone there: take the items of that namespace out, or ask its owners to bind you a role there that may create Deployments (such as edit)`;
  const mayNotChange = `${POLICY}spec: this DynamicEnv clones in namespace "team-b", where ann may not create Deployments, so may neither change nor delete it`;

  test('are for those who may create Deployments there', async () => {
    await send(ann, 'create', scoped('team-a'));
    await expect(send(ann, 'create', scoped('team-b'), ...DRY)).rejects.toThrow(mayNotClone);
    await expect(send(ann, 'replace', scoped('team-a', 'team-b'))).rejects.toThrow(mayNotClone);
    const more = [{ namespace: 'team-a' }, { namespace: 'team-b', selector: {} }];
    await expect(ann(merge('de scoped', { spec: { scope: more } }))).rejects.toThrow(mayNotClone);
  });

  test.each([
    ['replace', ['replace', '-f', '-']],
    [
      'a patch that takes the namespace out',
      merge('de scoped', { spec: { scope: [{ namespace: 'team-a' }] } }),
    ],
    [
      'a patch that takes the whole scope out',
      merge('de scoped', { spec: { ...inA, scope: null } }),
    ],
    ['an annotation', ['annotate', 'de', 'scoped', 'riskified.com/force-removal=true']],
    ['deletion', ['delete', 'de', 'scoped']],
  ])('protect the env of another team from %s', async (_what, args) => {
    await send(bob, 'create', scoped('team-a', 'team-b'));
    await expect(ann(args, { input: scoped('team-a') })).rejects.toThrow(mayNotChange);
    await bob([...args, ...DRY], { input: scoped('team-a') });
  });
});

describe('an Environment', () => {
  const kubectl: Command = (args, options) => guarded.kubectl(args, options);
  const status = (name: string, inUse: boolean) =>
    merge(`${RESOURCE} ${name} --subresource=status`, { status: { inUse } });
  const inUse = `${DENIED('dynamicenv-environments-in-use')}metadata.name: the Environment "used" is in use: \`dynamicenv get environments used\` shows by which DynamicEnvs and Environments: ask their owners to delete them, or to name another one in spec.environment or spec.extends, and then try again`;

  test('that is in use can be changed, but only Kubernetes itself may delete it', async () => {
    await send(kubectl, 'create', environment('used'));
    await guarded.metacontroller(status('used', true));
    const attempts = [
      ['delete', RESOURCE, 'used'],
      ['delete', RESOURCE, 'used', '--cascade=orphan'],
      ['delete', RESOURCE, 'used', '--cascade=foreground'],
      ['delete', RESOURCE, '--all'],
      ['delete', RESOURCE, 'used', ...DRY],
      ['delete', '--raw', '/apis/riskified.com/v1alpha1/environments'],
    ];
    for (const args of attempts) await expect(kubectl(args)).rejects.toThrow(inUse);
    await expect(send(kubectl, 'replace --force', environment('used'))).rejects.toThrow(inUse);
    await kubectl(merge(`${RESOURCE} used`, { spec: { vars: { DB_HOST: 'b' } } }));
    const collector = [
      '--as=system:serviceaccount:kube-system:generic-garbage-collector',
      ...['--as-group=system:serviceaccounts:kube-system', '--as-group=system:masters'],
    ];
    await kubectl(['delete', RESOURCE, 'used', ...DRY, ...collector]);
    await guarded.metacontroller(status('used', false));
    await kubectl(['delete', RESOURCE, 'used']);
  });

  test('that is garbage is collected though it is in use', async () => {
    const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
    const owner = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'owner' },
      rules: [rule],
    };
    await send(kubectl, 'create', owner);
    const uid = await kubectl(['get', 'clusterrole', 'owner', '-o', 'jsonpath={.metadata.uid}']);
    const { rules: _rules, metadata, ...type } = owner;
    const child = environment('garbage');
    const ownerReferences = [{ ...type, ...metadata, uid }];
    await send(kubectl, 'create', { ...child, metadata: { ...child.metadata, ownerReferences } });
    await guarded.metacontroller(status('garbage', true));
    await kubectl(['delete', 'clusterrole', 'owner']);
    await until(90, async () => {
      const left = await kubectl(['get', RESOURCE, 'garbage', '--ignore-not-found', '-o', 'name']);
      return left === '' ? undefined : `still there: ${left}`;
    });
  });

  test('that no controller has looked at, or that nobody uses, can be deleted', async () => {
    for (const name of ['new', 'unused']) await send(kubectl, 'create', environment(name));
    await guarded.metacontroller(status('unused', false));
    await kubectl(['delete', RESOURCE, 'new', 'unused']);
  });

  test('has a status that only Metacontroller writes', async () => {
    await send(kubectl, 'create', environment('told'));
    await expect(kubectl(status('told', false))).rejects.toThrow(
      `${DENIED('dynamicenv-internals')}status: written by Metacontroller only`,
    );
    await guarded.metacontroller(status('told', true));
    await guarded.metacontroller(status('told', false));
    // After a status Metacontroller writes the unchanged object.
    const stored = JSON.parse(await kubectl(['get', RESOURCE, 'told', '-o', 'json']));
    await send(guarded.metacontroller, 'replace', stored);
    await kubectl(['delete', RESOURCE, 'told']);
  });

  test('may extend another one only by somebody who may use that', async () => {
    const words = `${DENIED('dynamicenv-environments-parent')}spec.extends: pat may not use the Environment "qa", so may not extend it: ${ROLE('qa')}`;
    const pat: Command = (args, options) => kubectl([...args, ...AS('pat')], options);
    const change = (patch: object) => pat(merge(`${RESOURCE} child`, patch));
    await send(pat, 'create', environment('child'));
    await expect(change({ spec: { extends: 'qa' } })).rejects.toThrow(words);
    await kubectl(merge(`${RESOURCE} child`, { spec: { extends: 'qa' } }));
    await change({ spec: { vars: { DB_HOST: 'b' } } });
    await expect(change({ spec: { extends: 'prod' } })).rejects.toThrow(
      'use the Environment "prod"',
    );
    await change({ spec: { extends: null } });
    await kubectl(['delete', RESOURCE, 'child']);
  });

  test('may be read by authors, and by those with the role view in the whole cluster; only administrators write it', async () => {
    const view = ['create', 'clusterrolebinding', 'vic', '--clusterrole=view', '--user=vic'];
    await kubectl(view);
    const may = (verb: string, ...flags: string[]) =>
      problem(kubectl(['auth', 'can-i', verb, RESOURCE, ...flags]));
    await until(30, () => may('list', '--as=vic'));
    const author = ['--as=bob', '--as-group=authors'];
    for (const verb of ['get', 'list', 'watch']) expect(await may(verb, ...author)).toBeUndefined();
    for (const verb of ['create', 'update', 'delete', 'use'])
      for (const flags of [author, ['--as=vic']]) expect(await may(verb, ...flags)).toContain('no');
  });
});

test('with another definition: an entry of scope without a namespace concerns none, and hinders no write', async () => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/dynamicenvs.riskified.com';
  const definition = await guarded.api.call<{ spec: object }>('GET', path);
  const text = JSON.stringify(definition, (key, value) =>
    key === 'required' && String(value) === 'namespace' ? undefined : value,
  );
  await guarded.api.call('PUT', path, { body: JSON.parse(text) });
  const scope = [{}, { namespace: 'team-a' }] as { namespace: string }[];
  const bare = envOf('bare', { vars: { A: 'b' }, scope });
  await until(30, () => problem(send(ann, 'create', bare)));
  await ann(['annotate', 'de', 'bare', 'a=b']);
  await expect(
    ann(merge('de bare', { spec: { scope: [...scope, { namespace: 'team-b' }] } })),
  ).rejects.toThrow('ann may not create Deployments in namespace "team-b"');
  await ann(merge('de bare', { spec: { scope: [{ namespace: 'team-a' }] } }));
  await ann(['delete', 'de', 'bare']);
});

test('every expression costs less than half of its limit, with the greatest lists and longest names', async () => {
  const long = (i: number) => `${'a'.repeat(60)}.`.repeat(4) + String(i).padStart(9, '0');
  const allowed = Array.from({ length: 128 }, (_, i) => long(i));
  const text = await renderPermissions(guarded, { ...VALUES, environments: { allowed } });
  const items = parseYaml(text)
    .map(({ value }) => value as PolicyObject)
    .filter(({ kind, metadata }) => /AdmissionPolicy/.test(kind) && NAMES.test(metadata.name))
    .map(twice);
  expect(items).toHaveLength(12);
  const input = { apiVersion: 'v1', kind: 'List', items };
  const applied = ['apply', '-f', '-', '--server-side', '--force-conflicts'];
  await guarded.kubectl(applied, { input });
  // The API server names one policy of those that refuse, in no fixed order: here only the list of names may refuse.
  await grant('ann', 'use', long(127), long(128));
  const create = (name: string) => send(ann, 'create', great(name, ''), ...DRY);
  await refuses('dynamicenv-spec', () => create(long(128)));
  const told = (await problem(create(long(128))))?.replace(/^.* denied request: /s, '');
  const listed = allowed.slice(0, 10).join(', ');
  expect(told).toBe(
    `spec.environment: ${long(128)} is not an Environment that the administrator allows: name one of ${listed} and 118 more (environments.allowed)`,
  );
  await send(ann, 'create', great(long(127), ''));
  await send(ann, 'replace', great(long(127), 'other-'));
  await guarded.kubectl(merge(`de great`, { spec: { environment: long(126) } }));
  const kept = await problem(ann(['annotate', 'de', 'great', 'a=b']));
  expect(kept).toContain(`this DynamicEnv uses the Environment "${long(126)}", which ann may not`);
  const parent = environment(long(1), { extends: long(2) });
  await send(guarded.kubectl, 'create', parent);
  await guarded.kubectl(['delete', RESOURCE, long(1)]);
});

const NAMES =
  /^dynamicenv-(authors|authors-more|spec|environments|environments-parent|environments-in-use)$/;

/** As many workloads and entries of scope as the API allows, in as many namespaces as one write may concern. */
function great(environmentName: string, prefix: string) {
  const list = (of: string) =>
    Array.from({ length: 32 }, (_, i) => ({
      ...workload(MANY[i % 19] ?? ''),
      name: `${prefix}${of}-${i}`,
    }));
  const scope = ['team-a', ...MANY.slice(0, 7)].map((namespace) => ({ namespace }));
  return envOf('great', {
    environment: environmentName,
    subsets: list('s'),
    consumers: list('c'),
    scope,
  });
}
