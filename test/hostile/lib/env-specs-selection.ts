import { env, SUBSET } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { map, times } from './parts.ts';

/** Envs with refs, entries, existing versions and a life time. The API server would refuse most of them. */
export const SELECTION_SPECS: Growing<object> = {
  'a long ref': { most: 1_400_000, of: (n) => env({ ref: 'a'.repeat(n) }) },
  'a long ttl': { most: 1_400_000, of: (n) => env({ ttl: '1'.repeat(n) }) },
  'a long owner': { most: 1_400_000, of: (n) => env({ owner: '\n'.repeat(n / 2) }) },
  'a long time of renewal': {
    most: 1_400_000,
    of: (n) =>
      env(
        { ttl: '3d' },
        { annotations: { 'riskified.com/renewed-at': '2026-01-01T'.repeat(n / 11) } },
      ),
  },
  'a long fraction of the time of renewal': {
    most: 1_400_000,
    of: (n) =>
      env(
        { ttl: '3d' },
        { annotations: { 'riskified.com/renewed-at': `2026-01-01T00:00:00.${'0'.repeat(n)}Z` } },
      ),
  },
  annotations: {
    most: 30_000,
    of: (n) =>
      env(
        { ttl: '3d', suspend: true },
        {
          annotations: map(
            n,
            (at) => `riskified.com/a${at}`,
            () => 'a',
          ),
        },
      ),
  },
  entries: {
    most: 30_000,
    of: (n) => env({ ref: 'mp-1', entries: times(n, (at) => ({ host: `h${at}.example.com` })) }),
  },
  'the same entry many times': {
    most: 30_000,
    of: (n) => env({ ref: 'mp-1', entries: times(n, () => ({ host: 'shop.example.com' })) }),
  },
  'a long host of an entry': {
    most: 1_400_000,
    of: (n) => env({ ref: 'mp-1', entries: [{ host: `${'a.'.repeat(n / 2)}com` }] }),
  },
  'cookies and baggage': {
    most: 10_000,
    of: (n) =>
      env({
        istioMatches: times(n, (at) => ({
          cookie: { name: 'user', exact: `a${at}` },
          baggage: { key: 'user', exact: `a${at}` },
        })),
      }),
  },
  'a long value of a cookie': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ cookie: { name: 'user', exact: '*'.repeat(n) } }] }),
  },
  'a long value of a baggage member': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ baggage: { key: 'user', exact: '#'.repeat(n) } }] }),
  },
  'query parameters': {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            queryParams: map(
              n,
              (at) => `P^${at}`,
              () => ({ regex: '.*' }),
            ),
          },
        ],
      }),
  },
  'existing versions': {
    most: 15_000,
    of: (n) =>
      env({
        subsets: times(n, (at) => ({
          name: `b${at}`,
          namespace: 'shop',
          existing: { deployment: `b${at}-x` },
        })),
      }),
  },
  'a long name of an existing version': {
    most: 1_400_000,
    of: (n) =>
      env({
        subsets: [{ ...SUBSET, containers: undefined, existing: { service: 'a'.repeat(n) } }],
      }),
  },
};
