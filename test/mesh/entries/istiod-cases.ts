import type { EntryRequest } from './istiod-scene.ts';
import { IN_WILDCARD, PAIR, SHOP, UNLISTED } from './istiod-world.ts';

/** What must come of a request, written by hand from docs/branches.md. */
export interface EntryCase extends EntryRequest {
  name: string;
  /** Service and version that answer; or the status, if the gateway itself answers. */
  to: string;
  /** All `set-cookie` of the answer, in their order. */
  cookies: string[];
  /** The answer depends on the cookie, so that nobody may keep it. */
  isUncached: boolean;
  /** Headers that the pod got. */
  got?: Record<string, string>;
  /** The env whose route it takes, and if it is an entry's, how the request came in, as `trace` says. A route that leaves has none. */
  env?: string;
}

const OWN = 'own=1';
const MP_101 = { 'x-source-route': 'mp-101' };
const MP_102 = { 'x-source-route': 'mp-102' };
const at = (path: string, link: string) => `${path}?x-source-route=${link}`;
const kept = (link: string) => ({ cookie: `x=y; x-source-route=${link}` });

/** The `set-cookie` of a link, for a day; of an empty link: it deletes the cookie. */
export function linkCookie(link: string): string {
  const age = link === '' ? 0 : 86_400;
  return `x-source-route=${link}; Path=/; SameSite=Lax; Max-Age=${age}; Secure`;
}

/** Requests that come in by a link, a link's cookie, or an env's own match. */
export const CASES: readonly EntryCase[] = [
  link('a link', at('/', 'mp-101'), 'frontend form', 'form', 'mp-101', MP_101),
  {
    ...link('a link with a port', at('/', 'mp-101'), 'frontend form', 'form', 'mp-101', MP_101),
    host: `${SHOP}:80`,
  },
  {
    ...link(
      'a link, no clone there',
      at('/api', 'mp-101'),
      'backend shared',
      'form',
      'mp-101',
      MP_101,
    ),
    cookies: [OWN, linkCookie('mp-101')],
  },
  {
    ...link(
      "beside the route's own cookie, added",
      `/api/1?a=b&${at('', 'mp-102').slice(1)}`,
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    cookies: [OWN, linkCookie('mp-102')],
  },
  {
    ...link(
      "beside the route's own cookie, set",
      at('/set', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    cookies: ['own=2', linkCookie('mp-102')],
  },
  {
    ...link(
      "beside the destination's own cookie, set",
      at('/target', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    cookies: ['target=1', linkCookie('mp-102')],
  },
  {
    ...link('an env without a ref', at('/api', 'env.user'), 'backend user', 'user', 'env.user', {
      user: '100%',
      'x-a': '1, 0',
    }),
    cookies: [OWN, linkCookie('env.user')],
  },
  {
    ...link(
      'the second match of a route',
      at('/data', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    headers: { accept: 'text/csv' },
    cookies: [OWN, linkCookie('mp-102')],
  },
  link('a redirect', at('/old', 'mp-101'), '301', 'form', 'mp-101'),
  link('an answer of the gateway', at('/fixed', 'mp-101'), '418', 'form', 'mp-101'),
  cookie('a cookie', '/', 'mp-101', 'frontend form', 'form', MP_101),
  {
    ...cookie('a cookie, no clone there', '/api', 'mp-101', 'backend shared', 'form', MP_101),
    cookies: [OWN],
  },
  {
    ...cookie('a cookie of an env without a ref', '/api', 'env.user', 'backend user', 'user', {
      user: '100%',
    }),
    cookies: [OWN],
  },
  cookie('a cookie at a redirect', '/old', 'mp-101', '301', 'form'),
  {
    ...link(
      "the link beats another env's cookie",
      at('/api', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    headers: kept('mp-101'),
    cookies: [OWN, linkCookie('mp-102')],
  },
  {
    ...link(
      'the link beats a header',
      at('/api', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    headers: MP_101,
    cookies: [OWN, linkCookie('mp-102')],
  },
  {
    ...cookie('a header beats the cookie', '/api', 'mp-101', 'backend fees', 'fees', MP_102),
    headers: { ...kept('mp-101'), ...MP_102 },
    cookies: [OWN],
    isUncached: false,
    env: 'fees',
  },
  match('a header', '/', MP_101, 'frontend form', 'form'),
  match('a header, no clone there, needs no route', '/api', MP_101, 'backend shared', undefined, [
    OWN,
  ]),
  match(
    'a match of an env without a ref, no clone there',
    '/',
    { user: '100%' },
    'frontend shared',
  ),
  {
    ...match(
      'a match of an env with a ref',
      '/',
      { user: 'alice' },
      'frontend form',
      'form by match',
    ),
    got: MP_101,
  },
  {
    ...match(
      'the same, no clone there',
      '/set',
      { user: 'alice' },
      'backend shared',
      'form by match',
      ['own=2'],
    ),
    got: MP_101,
  },
  ...['mp-101', 'mp-999'].flatMap((old) => [
    leave(`leaves with a cookie of ${old}`, at('/', ''), 'frontend shared', old),
    leave(
      `leaves at the unlike route with a cookie of ${old}`,
      `/api?x-source-route=&${at('', 'mp-101').slice(1)}`,
      'backend shared',
      old,
      [OWN],
    ),
    leave(`leaves by a redirect with a cookie of ${old}`, at('/old', ''), '301', old),
  ]),
  {
    ...link('a wildcard', at('/', 'mp-101'), 'frontend form', 'form', 'mp-101', MP_101),
    host: IN_WILDCARD,
  },
  {
    ...cookie('a cookie at a wildcard', '/api', 'mp-101', 'backend shared', 'form', MP_101),
    host: IN_WILDCARD,
  },
  {
    ...link(
      'the first of two VirtualServices',
      at('/a', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    host: PAIR,
  },
  {
    ...link(
      'the second of two VirtualServices',
      at('/b', 'mp-102'),
      'backend fees',
      'fees',
      'mp-102',
      MP_102,
    ),
    host: PAIR,
  },
  {
    ...cookie(
      'a cookie at the second of two VirtualServices',
      '/b',
      'mp-101',
      'backend shared',
      'form',
      MP_101,
    ),
    host: PAIR,
  },
];

/** Requests that no entry is concerned by: they are answered as before. */
export const UNTOUCHED: readonly EntryRequest[] = [
  ...['/', '/api', '/data', '/old', '/fixed', '/set', '/target'].map((path) => ({
    host: SHOP,
    path,
  })),
  { host: SHOP, path: '/data', headers: { accept: 'text/csv' } },
  ...[
    at('/api', 'mp-103'),
    at('/api', 'mp-1012'),
    at('/api', '%6dp-101'),
    at('/api', '%25PROTOCOL%25'),
    at('/api', 'mp-101%0d%0aset-cookie:%20a=b'),
    at('/api', 'x'.repeat(2048)),
    '/api?X-Source-Route=mp-101',
    '/api?y=x-source-route=mp-101',
  ].map((path) => ({ host: SHOP, path })),
  ...['mp-103', 'mp-1012'].map((old) => ({ host: SHOP, path: '/api', headers: kept(old) })),
  { host: SHOP, path: '/', headers: { cookie: 'x-source-route=mp-101; x-source-route=mp-102' } },
  ...['', 'mp-101', 'env.user'].flatMap((one) =>
    [UNLISTED, 'two.dev.example.com', 'other.example.com', `a.${SHOP}`].map((host) => ({
      host,
      path: at('/api', one),
      headers: kept('mp-101'),
    })),
  ),
  // The catch-alls of two VirtualServices get no copies.
  { host: PAIR, path: at('/', 'mp-101') },
  { host: PAIR, path: at('/other', ''), headers: kept('mp-101') },
];

function link(
  name: string,
  path: string,
  to: string,
  env: string,
  value: string,
  got: Record<string, string> = {},
): EntryCase {
  const cookies = [linkCookie(value)];
  return { name, host: SHOP, path, to, cookies, isUncached: true, got, env: `${env} by link` };
}

function cookie(
  name: string,
  path: string,
  value: string,
  to: string,
  env: string,
  got: Record<string, string> = {},
): EntryCase {
  const headers = kept(value);
  const rest = { cookies: [], isUncached: true, got, env: `${env} by cookie` };
  return { name, host: SHOP, path, headers, to, ...rest };
}

function match(
  name: string,
  path: string,
  headers: Record<string, string>,
  to: string,
  env?: string,
  cookies: string[] = [],
): EntryCase {
  const rest = { cookies, isUncached: false, got: headers, ...(env ? { env } : {}) };
  return { name, host: SHOP, path, headers, to, ...rest };
}

function leave(name: string, path: string, to: string, old: string, own: string[] = []): EntryCase {
  const cookies = [...own, linkCookie('')];
  return { name, host: SHOP, path, headers: kept(old), to, cookies, isUncached: true };
}
