import type { Growing } from './growing.ts';
import { manyHeaders, map, route, spelling, times, virtualService } from './parts.ts';

/** VirtualServices in which HTTP routes, or their parts, grow. */
export const GROWING_ROUTES: Growing<ReturnType<typeof virtualService>> = {
  routes: { most: 20_000, of: (n) => virtualService({ http: times(n, () => route()) }) },
  'routes with an entry': {
    most: 12_000,
    of: (n) =>
      virtualService({ http: times(n, (at) => route({ match: [{ uri: { prefix: `/${at}` } }] })) }),
  },
  'match entries': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [route({ match: times(n, (at) => ({ uri: { prefix: `/${at}` } })) })],
      }),
  },
  'headers of a match entry': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            match: [
              {
                headers: manyHeaders(n),
              },
            ],
          }),
        ],
      }),
  },
  'withoutHeaders of a match entry': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            match: [
              {
                withoutHeaders: manyHeaders(n),
              },
            ],
          }),
        ],
      }),
  },
  'header names that differ only in case': {
    most: 8000,
    of: (n) =>
      virtualService({
        http: [route({ match: [{ headers: map(n, spelling, (at) => ({ prefix: `env${at}` })) }] })],
      }),
  },
  'source labels': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            match: [
              {
                sourceLabels: map(
                  n,
                  (at) => `l${at}`,
                  () => 'a',
                ),
              },
            ],
          }),
        ],
      }),
  },
  destinations: {
    most: 20_000,
    of: (n) =>
      virtualService({
        http: [
          { route: times(n, (at) => ({ destination: { host: `h${at}`, subset: 'shared' } })) },
        ],
      }),
  },
  'subsets of the host': {
    most: 20_000,
    of: (n) =>
      virtualService({
        http: times(n, (at) => ({
          route: [{ destination: { host: 'backend', subset: `s${at}` } }],
        })),
      }),
  },
  'header operations': {
    most: 40_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            headers: {
              response: {
                add: map(
                  n,
                  (at) => `h${at}`,
                  () => 'a',
                ),
              },
            },
          }),
        ],
      }),
  },
};
