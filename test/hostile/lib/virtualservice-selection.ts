import { ENTRY_HOST } from './crowds-selection.ts';
import type { Growing } from './growing.ts';
import { map, route, times, virtualService } from './parts.ts';

/** The name in the `at`-th of its spellings: each bit of the number is a letter's case. */
function spelt(name: string, at: number): string {
  let bit = 0;
  return name.replace(/[a-z]/g, (letter) => {
    const isCapital = at & (1 << bit);
    bit += 1;
    return isCapital ? letter.toUpperCase() : letter;
  });
}

function entered(http: object[], more: object = {}) {
  return virtualService({ hosts: [ENTRY_HOST], gateways: ['gw', 'mesh'], http, ...more });
}

/** Most conditions on one entry of which copies are made. */
const WIDE = 1000;

function speltHeaders(name: string, field: string, condition: (at: number) => object) {
  return (n: number) =>
    entered(
      times(Math.ceil(n / WIDE), (one) =>
        route({
          match: [
            {
              uri: { prefix: `/${one}` },
              [field]: map(Math.min(n, WIDE), (at) => spelt(name, at), condition),
            },
          ],
        }),
      ),
    );
}

/** VirtualServices at a gateway, whose parts grow that refs and entries look at. */
export const GROWING_ENTERED: Growing<ReturnType<typeof virtualService>> = {
  'routes at a gateway': {
    most: 12_000,
    of: (n) => entered(times(n, (at) => route({ match: [{ uri: { prefix: `/${at}` } }] }))),
  },
  'few routes at a gateway': { most: 3, of: (n) => entered(times(n, () => route())) },
  'redirects at a gateway': {
    most: 20_000,
    of: (n) => entered(times(n, () => ({ redirect: { uri: '/' } }))),
  },
  'match entries at a gateway': {
    most: 20_000,
    of: (n) => entered([route({ match: times(n, (at) => ({ uri: { prefix: `/${at}` } })) })]),
  },
  'hosts at a gateway': {
    most: 60_000,
    of: (n) =>
      entered([route()], { hosts: [...times(n, (at) => `h${at}.example.com`), '*.example.com'] }),
  },
  'the same host at a gateway': {
    most: 60_000,
    of: (n) => entered([route()], { hosts: times(n, () => ENTRY_HOST) }),
  },
  'many gateways': {
    most: 100_000,
    of: (n) => entered([route()], { gateways: times(n, (at) => `g${at}`) }),
  },
  'some gateways and match entries': {
    most: 10_000,
    of: (n) =>
      entered(
        [route({ match: times(Math.ceil(n / 100), (at) => ({ uri: { prefix: `/${at}` } })) })],
        {
          gateways: times(n, (at) => `g${at}`),
        },
      ),
  },
  'gateways of match entries': {
    most: 10_000,
    of: (n) =>
      entered([route({ match: times(10, () => ({ gateways: times(n, (at) => `g${at}`) })) })]),
  },
  'a long host at a gateway': {
    most: 1_400_000,
    of: (n) => entered([route()], { hosts: ['a'.repeat(n), ENTRY_HOST] }),
  },
  'spellings of the ref header': {
    most: 30_000,
    of: speltHeaders('x-source-route', 'headers', (at) => ({ prefix: `a${at}` })),
  },
  'regexes on spellings of the ref header': {
    most: 25_000,
    of: speltHeaders('x-service-route', 'headers', (at) => ({ regex: `^.*a${at}` })),
  },
  'excluded spellings of the ref header': {
    most: 30_000,
    of: speltHeaders('x-source-route', 'withoutHeaders', (at) => ({ exact: `a${at}` })),
  },
  'spellings of cookie and baggage': {
    most: 30_000,
    of: (n) =>
      entered(
        times(Math.ceil(n / 192), (one) =>
          route({
            match: [
              {
                uri: { prefix: `/${one}` },
                headers: {
                  ...map(
                    64,
                    (at) => spelt('cookie', at),
                    (at) => ({ regex: `^(?:.*;)?a${at}` }),
                  ),
                  ...map(
                    128,
                    (at) => spelt('baggage', at),
                    (at) => ({ prefix: `a${at}` }),
                  ),
                },
              },
            ],
          }),
        ),
      ),
  },
  'header operations at a gateway': {
    most: 40_000,
    of: (n) =>
      entered([
        route({
          headers: {
            request: {
              set: map(
                n,
                (at) => `h${at}`,
                () => 'a',
              ),
            },
            response: {
              add: map(
                n / 2,
                (at) => spelt('set-cookie', at % 512) + at,
                () => 'a',
              ),
            },
          },
        }),
      ]),
  },
  'removed headers of targets at a gateway': {
    most: 60_000,
    of: (n) =>
      entered([
        {
          route: times(10, (target) => ({
            destination: { host: `h${target}`, subset: 'shared' },
            headers: { request: { remove: times(n / 10, (at) => `h${at}`) } },
          })),
        },
      ]),
  },
  'targets at a gateway': {
    most: 15_000,
    of: (n) =>
      entered([
        {
          route: times(n, (at) => ({
            weight: 1,
            destination: { host: 'backend', subset: `s${at}` },
          })),
        },
        route(),
      ]),
  },
  'parameters of match entries': {
    most: 30_000,
    of: (n) =>
      entered(
        times(Math.ceil(n / WIDE), () =>
          route({
            match: [
              {
                queryParams: map(
                  Math.min(n, WIDE),
                  (at) => `p${at}`,
                  () => ({ regex: '.*' }),
                ),
              },
            ],
          }),
        ),
      ),
  },
};
