import type { Growing } from './growing.ts';
import { manyHeaders, map, nested, route, times } from './parts.ts';

const to = { route: [{ destination: { host: 'backend' } }] };

/** `spec.patch` of a merge, in which one part grows. */
export const MERGE_PATCHES: Growing<object> = {
  routes: { most: 15_000, of: (n) => ({ http: times(n, (at) => route({ name: `r-${at}` })) }) },
  'unnamed routes': { most: 15_000, of: (n) => ({ http: times(n, () => route()) }) },
  'tcp routes': {
    most: 15_000,
    of: (n) => ({ tcp: times(n, (at) => ({ match: [{ port: at + 1 }], ...to })) }),
  },
  'tls routes': {
    most: 15_000,
    of: (n) => ({ tls: times(n, (at) => ({ match: [{ sniHosts: [`h${at}.x`] }], ...to })) }),
  },
  'SNI hosts': {
    most: 50_000,
    of: (n) => ({
      tls: [{ match: [{ sniHosts: times(n, (at) => `h${at}.backend`) }], ...to }],
    }),
  },
  subnets: {
    most: 50_000,
    of: (n) => ({
      tcp: [
        {
          match: [
            {
              destinationSubnets: times(n, (at) => `10.${(at >> 8) & 255}.${at & 255}.0/24`),
            },
          ],
          ...to,
        },
      ],
    }),
  },
  'match entries': {
    most: 30_000,
    of: (n) => ({ http: [route({ match: times(n, (at) => ({ uri: { exact: `/${at}` } })) })] }),
  },
  headers: {
    most: 30_000,
    of: (n) => ({
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
  'other members': {
    most: 60_000,
    of: (n) =>
      map(
        n,
        (at) => `member${at}`,
        () => 'a',
      ),
  },
  'unknown fields of a route': {
    most: 50_000,
    of: (n) => ({
      http: [
        map(
          n,
          (at) => `field${at}`,
          () => 'a',
        ),
      ],
    }),
  },
  'a long name of a route': {
    most: 1_400_000,
    of: (n) => ({ http: [route({ name: 'a-'.repeat(n / 2) })] }),
  },
  'a long number in the name of a route': {
    most: 1_400_000,
    of: (n) => ({ http: [route({ name: `a-${'9'.repeat(n)}` })] }),
  },
  'a name like that of a merged route': {
    most: 1_400_000,
    of: (n) => ({
      http: [route({ name: `virtual-service-merge-shop_m1_${'-0'.repeat(n / 2)}-0123456789` })],
    }),
  },
  'a long regex': {
    most: 1_400_000,
    of: (n) => ({ http: [route({ match: [{ uri: { regex: '(a|b)'.repeat(n / 5) } }] })] }),
  },
  regexes: {
    most: 20_000,
    of: (n) => ({
      http: [route({ match: times(n, (at) => ({ uri: { regex: `p${at}(a{30}|b){30}` } })) })],
    }),
  },
  'values of headers': {
    most: 30_000,
    of: (n) => ({
      http: [
        route({
          headers: {
            response: {
              add: map(
                n,
                (at) => `h${at}`,
                () => '%REQ(x)%',
              ),
            },
          },
        }),
      ],
    }),
  },
  'a long value of a header': {
    most: 1_400_000,
    of: (n) => ({ http: [route({ headers: { response: { add: { a: '%'.repeat(n) } } } })] }),
  },
  'a long body of a response': {
    most: 1_400_000,
    of: (n) => ({ http: [{ directResponse: { status: 200, body: { string: 'a'.repeat(n) } } }] }),
  },
  'a long body in base64': {
    most: 1_400_000,
    of: (n) => ({
      http: [
        { directResponse: { status: 200, body: { bytes: 'A'.repeat(4 * Math.ceil(n / 4)) } } },
      ],
    }),
  },
  'a long duration': {
    most: 1_400_000,
    of: (n) => ({ http: [route({ timeout: `${'1h'.repeat(n / 2)}` })] }),
  },
  'a long subnet': {
    most: 1_400_000,
    of: (n) => ({ tcp: [{ match: [{ destinationSubnets: [':0'.repeat(n / 2)] }], ...to }] }),
  },
  'a long SNI host': {
    most: 1_400_000,
    of: (n) => ({ tls: [{ match: [{ sniHosts: ['a.'.repeat(n / 2)] }], ...to }] }),
  },
  'nesting depth': { most: 200_000, of: (n) => ({ http: [route({ fault: nested(n) })] }) },
  'nesting depth of another member': { most: 200_000, of: (n) => ({ other: nested(n) }) },
};
