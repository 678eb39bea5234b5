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
      istioMatches: listOf(random, 3, () => (index % 2 === 0 ? match(random) : tameMatch(random))),
      subsets: [workload(random, index % 2 === 0)],
      ...(random.chance(0.2)
        ? { consumers: [{ ...workload(random, false), name: 'worker' }] }
        : {}),
    },
  };
}

function match(random: Random): IstioMatch {
  const headers = listOf(random, 3, () => [headerName(random), value(random)] as const);
  return {
    ...(random.chance(0.95) ? { headers: Object.fromEntries(headers) } : {}),
    ...(random.chance(0.2) ? { sourceLabels: { app: random.pick(['web', 'a b', 'é', '']) } } : {}),
    ...(random.chance(0.1) ? { queryParams: { [random.pick(PARAMETERS)]: value(random) } } : {}),
    ...(random.chance(0.1) ? { cookie: { name: headerName(random), exact: odd(random) } } : {}),
    ...(random.chance(0.1) ? { baggage: { key: headerName(random), exact: odd(random) } } : {}),
  };
}

const PARAMETERS = ['q', 'Q', 'a%20b', '$.*', 'a b', 'a&b', 'é', ''];

function odd(random: Random): string {
  return random.pick([
    plainText(random),
    '.*'.repeat(random.int(40)),
    '|"\\',
    '%2C',
    '$^[x](y){9}',
  ]);
}

/** A member with characters that mean something in a regex. Some are as long as is allowed. */
function tameMembers(random: Random): IstioMatch {
  const text = (most: number) =>
    random.pick(['a.b', '$(x)|[y]*{2}^?', '~!#'.repeat(20)]).slice(0, most);
  const exact = '*'.repeat(random.pick([1, 64]));
  return {
    ...(random.chance(0.2)
      ? { cookie: { name: '$.|'.repeat(random.int(20) + 1), exact: text(200) } }
      : {}),
    ...(random.chance(0.2) ? { baggage: { key: '^.'.repeat(random.int(32) + 1), exact } } : {}),
    ...(random.chance(0.2)
      ? { queryParams: { [random.pick(['q', 'a%20[]'])]: { regex: tameRegex(random) } } }
      : {}),
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
  return { headers: Object.fromEntries(headers), ...tameMembers(random) };
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
