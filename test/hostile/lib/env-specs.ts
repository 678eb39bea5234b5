import { env, many, SUBSET } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { manyHeaders, map, nested, spelling, times } from './parts.ts';

/** Envs whose spec or metadata grow. The API server would refuse some of them. */
export const SPECS: Growing<object> = {
  matches: {
    most: 30_000,
    of: (n) => env({ istioMatches: times(n, (at) => ({ headers: { user: { exact: `${at}` } } })) }),
  },
  headers: {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            headers: manyHeaders(n),
          },
        ],
      }),
  },
  'headers with an empty regex': {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            headers: map(
              n,
              (at) => `h${at}`,
              () => ({ regex: '' }),
            ),
          },
        ],
      }),
  },
  'header names that differ only in case': {
    most: 16_000,
    of: (n) => env({ istioMatches: [{ headers: map(n, spelling, () => ({ exact: 'a' })) }] }),
  },
  'source labels': {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            sourceLabels: map(
              n,
              (at) => `l ${at}`,
              () => 'a',
            ),
          },
        ],
      }),
  },
  'a string instead of headers': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ headers: 'a'.repeat(n) }] }),
  },
  subsets: {
    most: 20_000,
    of: (n) =>
      env({ subsets: times(n, (at) => ({ ...SUBSET, name: `b${at}`, namespace: `n${at}` })) }),
  },
  'the same subset many times': {
    most: 20_000,
    of: (n) => env({ subsets: times(n, () => SUBSET) }),
  },
  consumers: {
    most: 20_000,
    of: (n) => env({ consumers: times(n, (at) => ({ ...SUBSET, name: `b${at}` })) }),
  },
  'invalid quantities': {
    most: 40_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [
              {
                resources: {
                  limits: map(
                    n,
                    (at) => `r${at}`,
                    () => 'much',
                  ),
                },
              },
            ],
          },
        ],
      }),
  },
  'wrong types': { most: 100_000, of: (n) => env({ subsets: times(n, () => 7) }) },
  'unknown fields': {
    most: 40_000,
    of: (n) =>
      env(
        map(
          n,
          (at) => `f${at}`,
          () => 'a',
        ),
      ),
  },
  'pod labels': {
    most: 40_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            podLabels: map(
              n,
              (at) => `l${at}`,
              () => '!',
            ),
          },
        ],
      }),
  },
  containers: {
    most: 20_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: times(n, (at) => ({ containerName: `c${at}`, image: 'a' })),
          },
        ],
      }),
  },
  'environment variables': {
    most: 20_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [{ env: times(n, (at) => ({ name: `V${at % 50}`, value: 'a' })) }],
          },
        ],
      }),
  },
  commands: {
    most: 100_000,
    of: (n) =>
      env({
        subsets: [{ name: 'backend', namespace: 'shop', containers: [{ command: many(n) }] }],
      }),
  },
  'a long image': {
    most: 1_400_000,
    of: (n) =>
      env({
        subsets: [
          { name: 'backend', namespace: 'shop', containers: [{ image: 'a/'.repeat(n / 2) }] },
        ],
      }),
  },
  'a long value': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ headers: { user: { exact: 'a'.repeat(n) } } }] }),
  },
  'a long name of a header': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ headers: { ['a'.repeat(n)]: { exact: 'a' } } }] }),
  },
  'a long quantity': {
    most: 1_400_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [{ resources: { limits: { cpu: '1'.repeat(n) } } }],
          },
        ],
      }),
  },
  'a long name': { most: 1_400_000, of: (n) => env({}, { name: 'a.'.repeat(n / 2) }) },
  'nesting depth': { most: 250_000, of: (n) => env({ subsets: nested(n) }) },
  'nesting depth of an unknown field': { most: 250_000, of: (n) => env({ other: nested(n) }) },
  'nesting depth of a long list': {
    most: 250_000,
    of: (n) => env({ istioMatches: times(n / 100, () => nested(80)) }),
  },
  labels: {
    most: 30_000,
    of: (n) =>
      env(
        {},
        {
          labels: map(
            n,
            (at) => `l${at}`,
            () => 'a',
          ),
        },
      ),
  },
  finalizers: { most: 30_000, of: (n) => env({}, { finalizers: many(n) }) },
};
