import type { DynamicEnv, IstioMatch, Workload } from '../../../src/api/dynamicenv.ts';
import type { StringMatch } from '../../../src/istio/types.ts';
import { createRandom, type Random } from '../trace/generate/random.ts';
import { headerName, plainText, regexText, tameRegex } from './hostile-strings.ts';

/**
 * Generates DynamicEnvs that use all fields. Half of them have values that nobody should write. The same seed gives the
 * same envs.
 */
export function generatedEnvs(seed: number, count: number): DynamicEnv[] {
  return Array.from({ length: count }, (_, index) =>
    generatedEnv(index, createRandom(seed, index)),
  );
}

function generatedEnv(index: number, random: Random): DynamicEnv {
  const names = [`env-${index}`, `e.${index}`, `${'long-'.repeat(20)}${index}`, `${index}`];
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: {
      name: random.pick(names),
      uid: `uid-${index}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      ...selection(random, index % 2 === 0),
      subsets: [workload(random, index % 2 === 0)],
      ...(random.chance(0.2)
        ? { consumers: [{ ...workload(random, false), name: 'worker' }] }
        : {}),
    },
  };
}

function selection(
  random: Random,
  isOdd: boolean,
): Pick<DynamicEnv['spec'], 'istioMatches' | 'ref'> {
  const hasRef = random.chance(0.3);
  const istioMatches = listOf(random, 3, () => (isOdd ? match(random) : tameMatch(random)));
  return {
    ...(hasRef && random.chance(0.5) ? {} : { istioMatches }),
    ...(hasRef ? { ref: isOdd && random.chance(0.3) ? plainText(random) : tameRef(random) } : {}),
  };
}

function tameRef(random: Random): string {
  return random.pick([
    'rc',
    `mp-${random.int(2000)}`,
    'a-'.repeat(1 + random.int(19)) + random.int(9),
  ]);
}

function match(random: Random): IstioMatch {
  const headers = listOf(random, 3, () => [headerName(random), value(random)] as const);
  const more = oddMembers(random);
  // Mostly alone: otherwise most matches would be refused because of their headers.
  if (Object.keys(more).length > 0 && random.chance(0.8)) return more;
  return {
    ...more,
    ...(random.chance(0.95) ? { headers: Object.fromEntries(headers) } : {}),
    ...(random.chance(0.2) ? { sourceLabels: { app: random.pick(['web', 'a b', 'é', '']) } } : {}),
  };
}

function tameMatch(random: Random): IstioMatch {
  const value = (): StringMatch =>
    random.pick([
      { regex: tameRegex(random) },
      { exact: `${plainText(random)}x` },
      { prefix: '%é' },
    ]);
  const headers = listOf(random, 3, () => [`x-${random.int(20)}`, value()] as const);
  const members = tameMembers(random);
  return Object.keys(members).length > 0 && random.chance(0.5)
    ? members
    : { ...members, headers: Object.fromEntries(headers) };
}

/** Cookies, baggage and parameters with any text. */
function oddMembers(random: Random): IstioMatch {
  const text = () => (random.chance(0.5) ? plainText(random) : asciiText(random));
  const name = () => (random.chance(0.5) ? headerName(random) : asciiText(random));
  return {
    ...(random.chance(0.2) ? { cookie: { name: name(), exact: text() } } : {}),
    ...(random.chance(0.2) ? { baggage: { key: name(), exact: text() } } : {}),
    ...(random.chance(0.2)
      ? { queryParams: Object.fromEntries(listOf(random, 2, () => [name(), value(random)])) }
      : {}),
  };
}

/** Valid ones, with all characters that need an escape or have one. */
function tameMembers(random: Random): IstioMatch {
  const name = () =>
    random.pick(['user', "!#$%&'*+-.^_`|~0aZ", '$.|*'.repeat(16), '^.'.repeat(9), '__proto__']);
  const value = () =>
    random.pick(['alice', "[!#$%&'()*+-./:<=>?@]^_`{|}~", '$(x)|[y]*{2}^?', '*'.repeat(64)]);
  return {
    ...(random.chance(0.15) ? { cookie: { name: name(), exact: value() } } : {}),
    ...(random.chance(0.15)
      ? { baggage: { key: name(), exact: random.pick([value(), 'a b;c,"\\%']) } }
      : {}),
    ...(random.chance(0.15)
      ? { queryParams: { [random.pick(['q', '%20', '?a[]'])]: { regex: tameRegex(random) } } }
      : {}),
  };
}

function asciiText(random: Random): string {
  return Array.from({ length: 1 + random.int(70) }, () =>
    String.fromCharCode(33 + random.int(94)),
  ).join('');
}

function value(random: Random): StringMatch {
  return random.weighted<() => StringMatch>([
    [5, () => ({ regex: regexText(random) })],
    [2, () => ({ exact: plainText(random) })],
    [2, () => ({ prefix: plainText(random) })],
    [0.1, () => ({})],
  ])();
}

function workload(random: Random, isOdd: boolean): Workload {
  const optional = <T extends object>(part: T): Partial<T> => (random.chance(0.3) ? part : {});
  return {
    name: 'backend',
    namespace: 'shop',
    containers: [
      {
        image: 'backend:2',
        ...optional({ command: [plainText(random)], args: [plainText(random)] }),
        ...optional({ env: [{ name: 'A', value: plainText(random) }] }),
        ...optional({ envFrom: [{ configMapRef: { name: 'settings' } }] }),
        ...optional({ resources: { limits: { cpu: '1' } } }),
      },
    ],
    ...optional({ initContainers: [{ containerName: 'init', image: 'init:2' }] }),
    ...optional({ podLabels: { [isOdd ? 'é' : 'a/b']: isOdd ? 'a b' : 'a' } }),
    ...optional({ replicas: isOdd ? random.int(3) : 2 }),
    ...optional({ defaultVersion: isOdd ? random.pick(['blue', 'a b']) : 'blue' }),
  };
}

function listOf<T>(random: Random, most: number, item: () => T): T[] {
  return Array.from({ length: 1 + random.int(most) }, item);
}
