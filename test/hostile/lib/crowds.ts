import { manyHeaders, map, nested, times } from './parts.ts';

const WIDE = {
  matches: times(16, (at) => ({
    headers: map(
      16,
      (header) => `x-${header}`,
      () => ({ prefix: `a${at}` }),
    ),
  })),
};
const SPELT = { matches: [{ headers: { 'user-agent-name': { exact: 'env1' } } }] };

/**
 * Specs of the RouteInjections that are sent with a VirtualService: few, many, and large ones. `undefined` means
 * the default spec.
 */
export const CROWDS: Record<string, (plan: boolean) => (object | undefined)[]> = {
  'a few envs': () => times(3, () => undefined),
  'a hundred envs': () => times(100, () => undefined),
  'envs with 16 matches of 16 headers': (plan) => times(plan ? 6 : 40, () => WIDE),
  'envs that match a header with many spellings': (plan) => times(plan ? 100 : 200, () => SPELT),
};

/** A growing number of RouteInjections for a VirtualService with a few routes. `most`: the largest number. */
export const INJECTIONS: Record<
  string,
  { most: number; of: (at: number, size: number) => object }
> = {
  'envs on a VirtualService': { most: 20_000, of: () => ({}) },
  'envs that contest the same requests': {
    most: 20_000,
    of: () => ({ matches: [{ headers: { user: { exact: 'a' } } }] }),
  },
  'envs whose prefixes contain each other': {
    most: 4000,
    of: (at) => ({ matches: [{ headers: { user: { prefix: 'a'.repeat(1 + (at % 1000)) } } }] }),
  },
  'envs with many headers': {
    most: 2000,
    of: (at) => ({
      matches: [
        {
          headers: map(
            16,
            (header) => `x-${(header * 7 + at) % 20}`,
            () => ({ prefix: 'a' }),
          ),
        },
      ],
    }),
  },
  'envs with many matches': {
    most: 4000,
    of: (at) => ({
      matches: times(16, (match) => ({ headers: { [`x-${match}`]: { prefix: `${at % 10}` } } })),
    }),
  },
  'envs without a DestinationRule': { most: 20_000, of: () => ({ from: [] }) },
  'envs whose clones many subsets select': {
    most: 1500,
    of: () => ({ exposed: times(100, (at) => ({ subset: `s${at}`, remedy: 'add a label' })) }),
  },
  'envs whose routes are not active yet': { most: 20_000, of: () => ({ active: false }) },
  'envs whose routes are being removed': {
    most: 20_000,
    of: () => ({ active: false, leaving: true }),
  },
  'envs with many subsets of the base': {
    most: 3000,
    of: (_at, size) => ({ from: times(Math.min(size, 200), (one) => `s${one}`) }),
  },
  'source labels of envs': {
    most: 10_000,
    of: (at) => ({
      matches: [{ sourceLabels: { app: `a${at}` }, headers: { user: { exact: `${at % 3}` } } }],
    }),
  },
};

/** One RouteInjection that is larger than the API server accepts. */
export const MONSTERS: Record<string, { most: number; spec: (size: number) => object }> = {
  'headers of a match': {
    most: 30_000,
    spec: (n) => ({
      matches: [
        {
          headers: manyHeaders(n),
        },
      ],
    }),
  },
  'a string instead of headers': {
    most: 1_400_000,
    spec: (n) => ({ matches: [{ headers: 'a'.repeat(n) }] }),
  },
  'a string instead of a match': { most: 1_400_000, spec: (n) => ({ matches: ['a'.repeat(n)] }) },
  'matches of an env': {
    most: 30_000,
    spec: (n) => ({ matches: times(n, (at) => ({ headers: { user: { exact: `a${at}` } } })) }),
  },
  'source labels of a match': {
    most: 30_000,
    spec: (n) => ({
      matches: [
        {
          sourceLabels: map(
            n,
            (at) => `l${at}`,
            () => 'a',
          ),
        },
      ],
    }),
  },
  'subsets of the base': { most: 100_000, spec: (n) => ({ from: times(n, (at) => `s${at}`) }) },
  'a long name of an env': { most: 1_400_000, spec: (n) => ({ env: 'e'.repeat(n) }) },
  'a long host of an env': { most: 1_400_000, spec: (n) => ({ host: 'e'.repeat(n) }) },
  'nesting depth of a match': {
    most: 100_000,
    spec: (n) => ({ matches: [{ headers: { user: nested(n) } }] }),
  },
};
