import type { Row } from './row.ts';

/** A whole number from 0 to `below` - 1. */
export type Choose = (below: number) => number;

const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    'a',
    'A',
    'a b',
    'a_b',
    '-a',
    'a-',
    'é',
    '☃',
    '\0',
    'a\nb',
    'a\rb',
    '\t',
    '\u007f',
    '*',
    '*.a',
    '*a.b',
  ],
  ...[
    'a.b.example',
    '*.example',
    '10.0.0.1',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '::1',
    '::/0',
    'a.1',
    'a.b.',
    '..',
    'a/b',
    '/',
  ],
  ...[
    '%',
    '%%',
    '%FOO%',
    '%HOSTNAME%',
    '%REQ(a)%',
    '%REQ(a?b)%',
    '%REQ( a)%',
    '%START_TIME%',
    '%RESP(:a)%',
    '%REQ("a")%',
  ],
  ...[
    '1s',
    '1ms',
    '0s',
    '1.5s',
    '1.0001s',
    '-1s',
    '1m',
    '9223372035s',
    '9223372036s',
    '2562047h',
    '2562047h47m16.854s',
  ],
  ...[
    '(',
    '[a-z]+',
    '.*',
    '\\x{100}',
    '\\d+',
    '(?i)a',
    '\\1',
    '\\p{L}',
    'a{1000}',
    '(a{30}){30}',
    '[[:alpha:]]',
    '\\Qa\\E',
  ],
  ...[
    'Host',
    ':authority',
    ':path',
    '@request.auth.claims.a',
    '@request.auth.claims[a][b]',
    '@request.auth.claims[]',
  ],
  ...[
    '5xx',
    '503',
    '599',
    '5xx,503',
    '5xx, 503',
    'GET',
    'get',
    'http',
    'https',
    'FORWARD',
    'NOT_FOUND',
    'mesh',
    'truth/gw',
  ],
  ...[
    'a'.repeat(63),
    'a'.repeat(64),
    'a'.repeat(256),
    'a'.repeat(1024),
    'a'.repeat(1025),
    'v'.repeat(16384),
    '__proto__',
  ],
];
const NUMBERS: readonly number[] = [
  ...[
    0, 1, -1, 80, 100, 101, 100.5, 0.5, 0.00001, 199, 200, 299, 300, 301, 302, 304, 307, 308, 399,
    400, 599, 600, 601,
  ],
  ...[65535, 65536, 2147483647, 2147483648, -2147483648, 4294967295, 4294967296, 1e21],
];
const OTHERS: readonly unknown[] = [
  true,
  false,
  null,
  [],
  {},
  [''],
  ['a'],
  { a: 'b' },
  [null],
  [[]],
];

/** The row with one to three of its values or keys replaced. */
export function mutated(row: Row, all: readonly Row[], choose: Choose): Row {
  const patch = structuredClone(row.patch) as Record<string, unknown>;
  const other = all[choose(all.length)]?.patch.http;
  if (choose(2) === 0) addField(patch, other, choose);
  for (let left = choose(3); left >= 0; left -= 1) change(patch, choose);
  return { ...row, patch };
}

/** Gives the first http route a field of another row's route. */
function addField(patch: Record<string, unknown>, other: unknown, choose: Choose): void {
  const [from] = Array.isArray(other) ? other : [];
  const [to] = Array.isArray(patch['http']) ? patch['http'] : [];
  if (!isObject(from) || !isObject(to)) return;
  const entries = Object.entries(from);
  const [key, value] = entries[choose(Math.max(entries.length, 1))] ?? [];
  if (key !== undefined && key !== '__proto__') to[key] = structuredClone(value);
}

function change(patch: Record<string, unknown>, choose: Choose): void {
  let place: Record<string, unknown> = patch;
  for (;;) {
    const keys = Object.keys(place).filter((key) => key !== '__proto__');
    const key = keys[choose(Math.max(keys.length, 1))];
    if (key === undefined) return;
    const inner = place[key];
    // The lists of routes themselves stay.
    if (isObject(inner) && (place === patch || choose(8) > 0) && Object.keys(inner).length > 0) {
      place = inner;
      continue;
    }
    replace(place, key, choose);
    return;
  }
}

function replace(place: Record<string, unknown>, key: string, choose: Choose): void {
  const value = place[key];
  const kind = choose(40);
  if (kind === 0 && !Array.isArray(place)) delete place[key];
  else if (kind === 1 && !Array.isArray(place)) {
    delete place[key];
    const name = TEXTS[choose(TEXTS.length)] ?? '';
    if (name !== '__proto__') place[name] = value;
  } else if (kind === 2) place[key] = structuredClone(OTHERS[choose(OTHERS.length)]);
  else if (typeof value === 'boolean') place[key] = !value;
  else if (typeof value === 'number' || kind === 3) place[key] = NUMBERS[choose(NUMBERS.length)];
  else place[key] = TEXTS[choose(TEXTS.length)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
