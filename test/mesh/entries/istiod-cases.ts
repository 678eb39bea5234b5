import type { EntryRequest } from './istiod-scene.ts';
import { IN_WILDCARD, PAIR, SHOP } from './istiod-world.ts';

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

/** An env's name, the value of its links, and the headers that it sets. */
interface Target {
  env: string;
  link: string;
  headers: Record<string, string>;
}

/** `own`: the cookies that the route itself sets. `host`: default the shop's. */
type Given = Pick<EntryCase, 'name' | 'path' | 'to'> &
  Partial<Pick<EntryCase, 'host' | 'headers'>> & { own?: string[] };

const MP_101 = { 'x-source-route': 'mp-101' };
const MP_102 = { 'x-source-route': 'mp-102' };
const FORM: Target = { env: 'form', link: 'mp-101', headers: MP_101 };
const FEES: Target = { env: 'fees', link: 'mp-102', headers: MP_102 };
const USER: Target = { env: 'user', link: 'env.user', headers: { user: '100%' } };

/** The path with the parameter. */
export const at = (path: string, value: string) => `${path}?x-source-route=${value}`;
/** The cookie of a link, behind another one. */
export const kept = (value: string) => ({ cookie: `x=y; x-source-route=${value}` });

/** Requests that come in by a link, a link's cookie, or an env's own match. */
export const CASES: readonly EntryCase[] = [
  link(FORM, { name: 'a link', path: '/', to: 'frontend form' }),
  link(FORM, { name: 'with a port', path: '/', to: 'frontend form', host: `${SHOP}:80` }),
  link(FORM, { name: 'no clone there', path: '/api', to: 'backend shared', own: ['own=1'] }),
  link(FEES, {
    name: "the route's cookie, added",
    path: '/api',
    to: 'backend fees',
    own: ['own=1'],
  }),
  link(FEES, { name: "the route's cookie, set", path: '/set', to: 'backend fees', own: ['own=2'] }),
  link(FEES, {
    name: "the destination's cookie, set",
    path: '/target',
    to: 'backend fees',
    own: ['target=1'],
  }),
  link(USER, { name: 'an env without a ref', path: '/api', to: 'backend user', own: ['own=1'] }),
  link(FEES, {
    name: 'the second match of a route',
    path: '/data',
    headers: { accept: 'text/csv' },
    to: 'backend fees',
    own: ['own=1'],
  }),
  link(FORM, { name: 'a redirect', path: '/old', to: '301' }),
  link(FORM, { name: 'an answer of the gateway', path: '/fixed', to: '418' }),
  link(FEES, {
    name: "another env's cookie",
    path: '/set',
    headers: kept('mp-101'),
    to: 'backend fees',
    own: ['own=2'],
  }),
  link(FEES, {
    name: "another env's header",
    path: '/set',
    headers: MP_101,
    to: 'backend fees',
    own: ['own=2'],
  }),
  link(FORM, { name: 'a wildcard', path: '/', to: 'frontend form', host: IN_WILDCARD }),
  link(FEES, {
    name: 'the first of two VirtualServices',
    path: '/a',
    to: 'backend fees',
    host: PAIR,
  }),
  link(FEES, {
    name: 'the second of two VirtualServices',
    path: '/b',
    to: 'backend fees',
    host: PAIR,
  }),
  cookie(FORM, { name: 'at a clone', path: '/', to: 'frontend form' }),
  cookie(FORM, { name: 'no clone there', path: '/api', to: 'backend shared', own: ['own=1'] }),
  cookie(USER, { name: 'an env without a ref', path: '/api', to: 'backend user', own: ['own=1'] }),
  cookie(FORM, { name: 'a redirect', path: '/old', to: '301' }),
  cookie(FORM, { name: 'a wildcard', path: '/api', to: 'backend shared', host: IN_WILDCARD }),
  cookie(FORM, {
    name: 'the second of two VirtualServices',
    path: '/b',
    to: 'backend shared',
    host: PAIR,
  }),
  {
    ...match(FEES, {
      name: "beats another env's cookie",
      path: '/set',
      to: 'backend fees',
      own: ['own=2'],
    }),
    headers: { ...kept('mp-101'), ...MP_102 },
  },
  match(FORM, { name: 'of a ref', path: '/', to: 'frontend form' }),
  // Such a request has the env's header already, so it needs no route of the env where there is no clone.
  match(undefined, {
    name: 'of a ref, no clone there',
    path: '/target',
    headers: MP_101,
    to: 'backend shared',
    own: ['target=1'],
  }),
  match(undefined, {
    name: 'of an env without a ref, no clone there',
    path: '/',
    headers: USER.headers,
    to: 'frontend shared',
  }),
  ...['/', '/set'].map((path) => ({
    ...match(FORM, {
      name: `of an env with a ref at ${path}`,
      path,
      headers: { user: 'alice' },
      to: path === '/' ? 'frontend form' : 'backend shared',
      own: path === '/' ? [] : ['own=2'],
    }),
    env: 'form by match',
  })),
  ...['mp-101', 'mp-999'].flatMap((value) => [
    leave(value, { path: at('/', ''), to: 'frontend shared' }),
    leave(value, {
      path: `/api${at('', '')}&x-source-route=mp-101`,
      to: 'backend shared',
      own: ['own=1'],
    }),
    leave(value, { path: at('/old', ''), to: '301' }),
  ]),
];

/** The `set-cookie` of a link, for a day; of an empty link: it deletes the cookie. */
function linkCookie(value: string): string {
  const age = value === '' ? 0 : 86_400;
  return `x-source-route=${value}; Path=/; SameSite=Lax; Max-Age=${age}; Secure`;
}

/** The request has the env's parameter. */
function link({ env, link: value, headers: got }: Target, given: Given): EntryCase {
  const { name, path, own = [], ...rest } = given;
  const cookies = [...own, linkCookie(value)];
  const expected = { cookies, isUncached: true, got, env: `${env} by link` };
  return { name: `a link, ${name}`, host: SHOP, path: at(path, value), ...expected, ...rest };
}

/** The request has the cookie of the env's link. */
function cookie({ env, link: value, headers: got }: Target, given: Given): EntryCase {
  const { name, own = [], ...rest } = given;
  const expected = { cookies: own, isUncached: true, got, env: `${env} by cookie` };
  return { name: `a cookie, ${name}`, host: SHOP, headers: kept(value), ...expected, ...rest };
}

/** The request has the env's headers, or others that it asks for. Undefined: it takes no env's route. */
function match(target: Target | undefined, given: Given): EntryCase {
  const { name, own = [], ...rest } = given;
  const { env, headers = {} } = target ?? {};
  const expected = { cookies: own, isUncached: false, got: headers, ...(env ? { env } : {}) };
  return { name: `a match, ${name}`, host: SHOP, headers, ...expected, ...rest };
}

/** The request has the empty parameter, and the cookie of a link with this value. */
function leave(value: string, given: Omit<Given, 'name'>): EntryCase {
  const { own = [], ...rest } = given;
  const cookies = [...own, linkCookie('')];
  const name = `leaving with a cookie of ${value} at ${rest.path}`;
  return { name, host: SHOP, headers: kept(value), cookies, isUncached: true, ...rest };
}
