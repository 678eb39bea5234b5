import fc from 'fast-check';
import type { DynamicEnv, IstioMatch, Workload } from '../../../src/api/dynamicenv.ts';
import { cloneName, subsetName } from '../../../src/kinds/dynamicenv/plan/names.ts';

/** One name is the prefix of another, and one is not a DNS label. Both have revealed bugs before. */
export const ENVS = ['al', 'al-bob', 'bo.x'] as const;
export type EnvName = (typeof ENVS)[number];

/** The env to which a subset belongs. An env has one subset, and one more for each further traffic policy. */
export function envOfSubset(subset: string): EnvName | undefined {
  return ENVS.find((name) => SUBSETS.get(name)?.has(subset));
}

const SUBSETS = new Map(
  ENVS.map((name) => {
    const clones = ['backend', 'web'].map((base) => cloneName(base, name));
    const names = clones.flatMap((clone) =>
      [[], ['shared'], ['stable']].map((more) => subsetName(clone, ...more)),
    );
    return [name, new Set(names)];
  }),
);

export const MATCHES: readonly IstioMatch[] = [
  { headers: { user: { exact: 'alice' } } },
  { headers: { user: { prefix: 'al' } } },
  { headers: { User: { exact: 'bob' } } },
  { headers: { user: { regex: 'b.b' } } },
  { headers: { user: { exact: 'alice' }, team: { exact: 'x' } } },
  { sourceLabels: { app: 'web' } },
  { headers: { team: { exact: 'x' } }, sourceLabels: { app: 'web' } },
  { cookie: { name: 'user', exact: 'alice' } },
  { headers: { team: { exact: 'x' } }, baggage: { key: 'user', exact: 'al ice' } },
  { queryParams: { debug: { prefix: '1' } } },
];

export interface EnvChoice {
  /** Indexes of MATCHES. */
  matches: number[];
  subsets: ('backend' | 'web')[];
  /** If true, `web` is a consumer (without routes) unless it is a subset. */
  consumer: boolean;
  image: number;
  replicas: number;
  podLabel: boolean;
  /** `match`: a spec that the CRD would refuse. `container`: a container that the base does not have. */
  wrong: 'nothing' | 'match' | 'container';
}

export const envChoice: fc.Arbitrary<EnvChoice> = fc.record({
  matches: fc.uniqueArray(fc.nat(MATCHES.length - 1), { minLength: 1, maxLength: 3 }),
  subsets: fc.constantFrom<EnvChoice['subsets'][]>(['backend'], ['web'], ['backend', 'web']),
  consumer: fc.boolean(),
  image: fc.integer({ min: 2, max: 4 }),
  replicas: fc.integer({ min: 1, max: 2 }),
  podLabel: fc.boolean(),
  wrong: fc.oneof(
    { weight: 6, arbitrary: fc.constant<EnvChoice['wrong']>('nothing') },
    { weight: 1, arbitrary: fc.constant<EnvChoice['wrong']>('match') },
    { weight: 1, arbitrary: fc.constant<EnvChoice['wrong']>('container') },
  ),
});

export function matchesOf({ matches }: EnvChoice): IstioMatch[] {
  return matches.flatMap((index) => MATCHES[index] ?? []);
}

export function dynamicEnv(name: EnvName, choice: EnvChoice): DynamicEnv {
  const workload = (base: string): Workload => ({
    name: base,
    namespace: 'shop',
    replicas: choice.replicas,
    ...(choice.podLabel ? { podLabels: { owner: 'me' } } : {}),
    containers: [
      {
        containerName: choice.wrong === 'container' ? 'nobody' : base,
        image: `example.com/${base}:${choice.image}-${name}`,
      },
    ],
  });
  const isConsumer = choice.consumer && !choice.subsets.includes('web');
  const istioMatches =
    choice.wrong === 'match' ? [{ headers: { user: { exact: '' } } }] : matchesOf(choice);
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      istioMatches,
      subsets: choice.subsets.map(workload),
      ...(isConsumer ? { consumers: [workload('web')] } : {}),
    },
  };
}
