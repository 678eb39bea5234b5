import type { HeaderList } from '../../../src/refs/carried.ts';

/** The versions that answer for frontend, cart-service and payment-service. */
type Versions = readonly [frontend: string, cart: string, payment: string];

export interface ChainCase {
  name: string;
  headers: HeaderList;
  versions: Versions;
  /** The versions if the values of a repeated header are joined by commas. Default: `versions`. */
  joined?: Versions;
}

const SERVICE = 'x-service-route';
const SOURCE = 'x-source-route';
const BAGGAGE = 'baggage';
const COOKIE = 'cookie';
const STABLE = ['shared', 'shared', 'shared'] as const;
const MP_101 = ['form', 'shared', 'fees'] as const;
const MP_102 = ['shared', 'coupons', 'coupons'] as const;
const TWO = 'payment-service:mp-101::cart-service:mp-102';
const BOTH = ['shared', 'coupons', 'fees'] as const;
const LONG = 8192;
const LONG_LIST = 'other-service:mp-102::'.repeat(LONG / 22);

/**
 * Requests and the expected versions, written by hand from docs/branches.md. Cookies are read at the gateway only, so
 * they select a version of the first service.
 */
export const CASES: readonly ChainCase[] = [
  one('no ref', [], STABLE),
  one('a pair for the first service', [[SERVICE, 'frontend:mp-101']], ['form', 'shared', 'shared']),
  one('a pair for the second', [[SERVICE, 'cart-service:mp-102']], ['shared', 'coupons', 'shared']),
  one('a pair for the last', [[SERVICE, 'payment-service:mp-101']], ['shared', 'shared', 'fees']),
  one('two pairs', [[SERVICE, TWO]], BOTH),
  one(
    'two pairs, the first and the last service',
    [[SERVICE, 'frontend:mp-101::payment-service:mp-102']],
    ['form', 'shared', 'coupons'],
  ),
  one('a ref for all', [[SOURCE, 'mp-101']], MP_101),
  one('another ref for all', [['X-Source-Route', 'mp-102']], MP_102),
  one('an unknown ref for all', [[SOURCE, 'mp-999']], STABLE),
  one('an unknown ref in a pair', [[SERVICE, 'payment-service:mp-999']], STABLE),
  one('a longer ref for all', [[SOURCE, 'mp-1012']], STABLE),
  one('a longer ref in a pair', [[SERVICE, 'payment-service:mp-1012']], STABLE),
  one('a service of a longer name', [[SERVICE, 'my-payment-service:mp-101']], STABLE),
  one('a ref in capitals', [[SOURCE, 'MP-101']], STABLE),
  one(
    'both headers: the pair decides for its service',
    [
      [SERVICE, 'payment-service:mp-102'],
      [SOURCE, 'mp-101'],
    ],
    ['form', 'shared', 'coupons'],
  ),
  one(
    'both headers: a pair with an unknown ref',
    [
      [SERVICE, 'payment-service:mp-999'],
      [SOURCE, 'mp-101'],
    ],
    ['form', 'shared', 'shared'],
  ),
  one('baggage with pairs', [[BAGGAGE, `${SERVICE}=${TWO}`]], BOTH),
  one('baggage with %3A', [[BAGGAGE, `${SERVICE}=${TWO.replaceAll(':', '%3A')}`]], BOTH),
  one('baggage with %3a', [[BAGGAGE, `${SERVICE}=${TWO.replaceAll(':', '%3a')}`]], BOTH),
  one(
    'baggage with other members and properties',
    [[BAGGAGE, `user=alice;p=1 , ${SOURCE} = mp-101 ; ttl=5`]],
    MP_101,
  ),
  one(
    'two baggage headers',
    [
      [BAGGAGE, 'user=alice'],
      [BAGGAGE, `${SOURCE}=mp-102`],
    ],
    MP_102,
  ),
  one(
    'a header and baggage: the header decides',
    [
      [SERVICE, 'cart-service:mp-102'],
      [BAGGAGE, `${SOURCE}=mp-101`],
    ],
    ['shared', 'coupons', 'shared'],
  ),
  one('a cookie', [[COOKIE, `session=1; ${SOURCE}=mp-101`]], ['form', 'shared', 'shared']),
  one('a quoted cookie', [[COOKIE, `${SOURCE}="mp-101"; b=2`]], ['form', 'shared', 'shared']),
  one('a cookie with a longer ref', [[COOKIE, `${SOURCE}=mp-1012`]], STABLE),
  one('two cookies that contradict', [[COOKIE, `${SOURCE}=mp-101; ${SOURCE}=mp-102`]], STABLE),
  one(
    'a cookie and a header: the header decides',
    [
      [COOKIE, `${SOURCE}=mp-101`],
      [SOURCE, 'mp-102'],
    ],
    MP_102,
  ),
  one(
    'a cookie and baggage: baggage decides',
    [
      [COOKIE, `${SOURCE}=mp-101`],
      [BAGGAGE, `${SERVICE}=payment-service:mp-102`],
    ],
    ['shared', 'shared', 'coupons'],
  ),
  one('a malformed list', [[SERVICE, 'payment-service:mp-101::']], STABLE),
  one(
    'a malformed list and a ref for all',
    [
      [SERVICE, 'payment-service:mp-102:'],
      [SOURCE, 'mp-101'],
    ],
    MP_101,
  ),
  one(
    'an empty header hides baggage',
    [
      [SOURCE, ''],
      [BAGGAGE, `${SOURCE}=mp-101`],
    ],
    STABLE,
  ),
  one('tracestate', [['tracestate', `${SOURCE}=mp-101`]], STABLE),
  one(
    '8 KiB of pairs, the last one for a service',
    [[SERVICE, `${LONG_LIST}payment-service:mp-101`]],
    ['shared', 'shared', 'fees'],
  ),
  one('8 KiB of pairs, malformed', [[SERVICE, `${LONG_LIST}payment-service`]], STABLE),
  one('8 KiB of one letter', [[SOURCE, 'a'.repeat(LONG)]], STABLE),
  one('8 KiB of colons', [[SERVICE, ':'.repeat(LONG)]], STABLE),
  one(
    'a repeated header with two refs',
    [
      [SOURCE, 'mp-101'],
      [SOURCE, 'mp-102'],
    ],
    STABLE,
  ),
  one(
    'a repeated header with one ref',
    [
      [SOURCE, 'mp-101'],
      [SOURCE, 'mp-101'],
    ],
    MP_101,
    STABLE,
  ),
  one(
    'a repeated header with a pair each',
    [
      [SERVICE, 'cart-service:mp-102'],
      [SERVICE, 'payment-service:mp-101'],
    ],
    BOTH,
    STABLE,
  ),
  one(
    'a repeated header with two refs for one service',
    [
      [SERVICE, 'payment-service:mp-102'],
      [SERVICE, 'payment-service:mp-101'],
    ],
    STABLE,
  ),
];

function one(name: string, headers: HeaderList, versions: Versions, joined?: Versions): ChainCase {
  return { name, headers, versions, ...(joined ? { joined } : {}) };
}
