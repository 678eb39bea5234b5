import type { StringMatch } from '../../../../src/istio/types.ts';
import type { Random } from './random.ts';

/** A condition, values that meet it, and values that almost meet it. */
export interface Sample {
  match: StringMatch;
  meets: readonly string[];
  fails: readonly string[];
}

const oneOf = (value: string, ...fails: string[]): Sample => ({
  match: { exact: value },
  meets: [value],
  fails,
});
const exact = (value: string, ...fails: string[]): Sample => oneOf(value, `${value}x`, ...fails);
const prefix = (value: string, ends: readonly string[], ...fails: string[]): Sample => ({
  match: { prefix: value },
  meets: ends.map((end) => value + end),
  fails,
});
const regex = (value: string, meets: readonly string[], fails: readonly string[]): Sample => ({
  match: { regex: value },
  meets,
  fails,
});

export const PATHS: readonly Sample[] = [
  exact('/api', '/api/', '/API'),
  exact('/shop/cart', '/Shop/Cart'),
  prefix('/api', ['', '/v1', 'x', '/v2/items?q=en'], '/x/api', '/API/v1'),
  prefix('/shop/', ['cart', ''], '/shop', '/SHOP/cart'),
  prefix('/', ['', 'anything']),
  regex('/api/v[0-9]+', ['/api/v1', '/api/v22'], ['/api/v', '/api/v1/x', '/x/api/v1']),
  regex('/(shop|store)/.*', ['/shop/cart', '/store/x'], ['/shopx', '/SHOP/cart']),
  regex('.*', ['/', '/whatever'], []),
];

export const HEADER_VALUES: readonly Sample[] = [
  exact('ann', 'Ann', 'an'),
  exact('bob', 'bo'),
  prefix('an', ['', 'n', 'other'], 'ban', 'AN'),
  prefix('b', ['ob', 'x'], 'ab'),
  regex('a.*|bob', ['ann', 'bob', 'a'], ['bobx', 'xann']),
  regex('[ab]+', ['ab', 'b'], ['abc', 'c']),
  { match: {}, meets: ['ann', 'anything'], fails: [] },
  { match: { regex: '*' }, meets: ['bob', 'anything'], fails: [] },
];

/** Header values with characters of several bytes. Proxies compare bytes: `.` and a character class match one byte. */
export const WIDE_HEADER_VALUES: readonly Sample[] = [
  exact('zoë', 'Zoë', 'zoe'),
  exact('ñ', 'n'),
  prefix('é', ['', 'n', 'ther'], 'è', 'É'),
  prefix('z', ['oë', 'é'], 'ëz'),
  regex('zo.{2}|..', ['zoë', 'é', 'zoab'], ['zoëx', '.']),
  regex('[é]+|(?i)zo\\xc3.', ['éé', 'ZOã'], ['ë', 'zo']),
  { match: {}, meets: ['zoë', 'anything'], fails: [] },
  { match: { regex: '*' }, meets: ['ñ', 'anything'], fails: [] },
];

export const QUERY_VALUES: readonly Sample[] = [
  exact('en', 'de', 'EN'),
  prefix('e', ['n', 's', ''], 'de'),
  oneOf('', 'en'),
  regex('e[nr]', ['en', 'er'], ['enx', 'de']),
  { match: { regex: '*' }, meets: ['en', 'x'], fails: [] },
];

export const METHODS: readonly Sample[] = [
  oneOf('GET', 'PUT'),
  oneOf('POST', 'GET'),
  prefix('P', ['OST', 'UT'], 'GET'),
  regex('GET|PUT', ['GET', 'PUT'], ['POST']),
];

export const SCHEMES: readonly Sample[] = [
  oneOf('http', 'https'),
  oneOf('https', 'http'),
  prefix('http', ['', 's']),
  regex('https?', ['http', 'https'], []),
  regex('h.*s', ['https'], ['http']),
];

export const HEADER_NAMES = ['user', 'x-group', 'x-flag'] as const;
/** Header names as people write them. Istio ignores their case. */
export const WRITTEN_NAMES = ['user', 'User', 'x-group', 'X-Group', 'x-flag', 'X-FLAG'] as const;
export const QUERY_NAMES = ['q', 'lang'] as const;

/** The lists in which `valueFor` looks for a condition. */
const POOLS = [PATHS, HEADER_VALUES, WIDE_HEADER_VALUES, QUERY_VALUES, METHODS, SCHEMES];

/** A value that meets the condition or, with `fails`, one that does not. Undefined when there is none. */
export function valueFor(
  match: StringMatch,
  pool: readonly Sample[],
  random: Random,
  fails = false,
): string | undefined {
  const wanted = JSON.stringify(match);
  const sample = [pool, ...POOLS].flat().find((other) => JSON.stringify(other.match) === wanted);
  if (!sample) return fails ? undefined : (match.exact ?? match.prefix);
  const values = fails ? sample.fails : sample.meets;
  return values.length === 0 ? undefined : random.pick(values);
}
