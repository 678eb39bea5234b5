import type { Family } from './families.ts';
import { byName, CREATED, map, nested, times } from './parts.ts';

const SYNC = '/environment/sync';
const CUSTOMIZE = '/environment/customize';

function environment(name: string, spec: unknown, more: object = {}) {
  const metadata = { name, generation: 1, creationTimestamp: CREATED };
  return { apiVersion: 'riskified.com/v1alpha1', kind: 'Environment', metadata, spec, ...more };
}

type Environment = ReturnType<typeof environment>;

function env(index: number, spec: unknown) {
  return { ...environment(`env-${index}`, spec), kind: 'DynamicEnv' };
}

function body(
  object: Environment,
  environments: readonly Environment[] = [],
  envs: readonly Environment[] = [],
): object {
  return {
    controller: {},
    object,
    attachments: {},
    related: {
      'Environment.riskified.com/v1alpha1': byName([object, ...environments] as never),
      'DynamicEnv.riskified.com/v1alpha1': byName(envs as never),
    },
    finalizing: false,
  };
}

const secret = (name: string) => ({ name, secretKeyRef: { name: 's', key: 'k' } });

/** A spec that grows. Each is sent as the spec of the object itself, of its parent, and of a DynamicEnv. */
const SPECS: Record<string, { most: number; of: (n: number) => unknown }> = {
  variables: {
    most: 60_000,
    of: (n) => ({
      vars: map(
        n,
        (at) => `V${at}`,
        () => 'x',
      ),
    }),
  },
  'a long value': { most: 1_400_000, of: (n) => ({ vars: { A: 'x'.repeat(n) } }) },
  'a long name': { most: 1_400_000, of: (n) => ({ unset: ['A'.repeat(n)] }) },
  'long names that are no variables': {
    most: 1000,
    of: (n) => ({ unset: times(n, (at) => `${'é'.repeat(300)}${at}`) }),
  },
  'names that are no variables': {
    most: 60_000,
    of: (n) => ({
      vars: map(
        n,
        (at) => `${at}`,
        () => '',
      ),
    }),
  },
  'variables to unset': { most: 60_000, of: (n) => ({ unset: times(n, (at) => `V${at}`) }) },
  'one variable to unset': { most: 100_000, of: (n) => ({ unset: times(n, () => 'V') }) },
  secrets: { most: 10_000, of: (n) => ({ secrets: times(n, (at) => secret(`S${at}`)) }) },
  'one secret': { most: 10_000, of: (n) => ({ secrets: times(n, () => secret('S')) }) },
  'variables in all three': {
    most: 5000,
    of: (n) => ({
      vars: map(
        n,
        (at) => `V${at}`,
        () => '',
      ),
      secrets: times(n, (at) => secret(`V${at}`)),
      unset: times(n, (at) => `V${at}`),
    }),
  },
  'as many as are allowed': {
    most: 128,
    of: (n) => ({
      vars: map(
        n,
        (at) => `V${at}`,
        () => 'x'.repeat(8000),
      ),
      secrets: times(Math.min(n, 64), (at) => secret(`${'S'.repeat(240)}${at}`)),
      unset: times(n, (at) => `${'U'.repeat(240)}${at}`),
    }),
  },
  'the name of a parent': { most: 1_400_000, of: (n) => ({ extends: 'a'.repeat(n) }) },
  'unknown fields': {
    most: 40_000,
    of: (n) =>
      map(
        n,
        (at) => `f${at}`,
        () => null,
      ),
  },
  'nested lists': { most: 400, of: (n) => ({ vars: nested(n) }) },
};

/** Crowds of Environments. */
const ROWS: Record<string, (n: number) => Environment[]> = {
  'a row': (n) => times(n, (at) => environment(`e${at}`, { extends: `e${at + 1}` })),
  'a circle': (n) => times(n, (at) => environment(`e${at}`, { extends: `e${(at + 1) % n}` })),
  'children of one': (n) => times(n, (at) => environment(`e${at}`, { extends: 'e0' })),
  strangers: (n) => times(n, (at) => environment(`e${at}`, [null, 1, 'a', []][at % 4])),
};

export const ENVIRONMENT_FAMILIES: readonly Family[] = [
  ...Object.entries(SPECS).flatMap(([name, { most, of }]): Family[] => [
    {
      name: `environment customize: ${name}`,
      url: CUSTOMIZE,
      most,
      body: (n) => ({ controller: {}, parent: environment('e', of(n)) }),
    },
    {
      name: `environment sync: ${name}`,
      url: SYNC,
      most,
      body: (n) => body(environment('e', of(n))),
    },
    {
      name: `environment sync, parents: ${name}`,
      url: SYNC,
      most,
      body: (n) =>
        body(
          environment('e', { extends: 'p0' }),
          times(8, (at) => environment(`p${at}`, { extends: `p${at + 1}`, ...(of(n) as object) })),
          [env(0, of(n))],
        ),
    },
  ]),
  ...Object.entries(ROWS).flatMap(([name, of]): Family[] => [
    {
      name: `environment sync, crowd: ${name}`,
      url: SYNC,
      most: 5000,
      body: (n) => body(environment('e0', { extends: 'e1' }), of(n).slice(1)),
    },
  ]),
  {
    name: 'environment sync: DynamicEnvs',
    url: SYNC,
    most: 10_000,
    body: (n) =>
      body(
        environment('e', {}),
        [],
        times(n, (at) => env(at, { environment: `e${at}`, vars: { A: 'x' } })),
      ),
  },
  {
    name: 'environment sync: conditions',
    url: SYNC,
    most: 20_000,
    body: (n) => {
      const conditions = times(n, (at) => ({ type: `T${at}`, status: 'True' }));
      return body(environment('e', {}, { status: { conditions } }));
    },
  },
];
