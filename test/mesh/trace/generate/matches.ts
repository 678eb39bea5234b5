import type { HTTPMatchRequest, StringMatch } from '../../../../src/istio/types.ts';
import type { Random } from './random.ts';
import {
  HEADER_VALUES,
  METHODS,
  PATHS,
  QUERY_NAMES,
  QUERY_VALUES,
  type Sample,
  SCHEMES,
  WIDE_HEADER_VALUES,
  WRITTEN_NAMES,
} from './strings.ts';
import { GATEWAY, OTHER_GATEWAY } from './world.ts';

const SOURCE_LABELS: readonly Record<string, string>[] = [
  { app: 'front' },
  { app: 'batch' },
  { tier: 'web' },
  { app: 'front', tier: 'web' },
  { istio: 'public' },
  { app: 'nobody' },
];
const GATEWAYS = [['mesh'], [GATEWAY], ['mesh', GATEWAY], [OTHER_GATEWAY]];

type Field = (random: Random, authorities: readonly string[]) => HTTPMatchRequest;

const string = (random: Random, pool: readonly Sample[]) => random.pick(pool).match;

function strings(
  random: Random,
  names: readonly string[],
  pool: readonly Sample[],
): Record<string, StringMatch> {
  const chosen = random.some(names, random.chance(0.2) ? 2 : 1);
  // Two spellings of one name are two conditions on the same header. Only the first one is kept.
  const apart = chosen.filter(
    (name, index) => chosen.findIndex((o) => o.toLowerCase() === name.toLowerCase()) === index,
  );
  return Object.fromEntries(apart.map((name) => [name, string(random, pool)]));
}

/**
 * The pool of header values. About every third configuration gets the values with characters of several bytes. The
 * choice depends on the hosts and not on `random`, so that it does not change the other random choices.
 */
function valuesFor(authorities: readonly string[]): readonly Sample[] {
  const sum = [...authorities.join()].reduce((total, char) => total + char.charCodeAt(0), 0);
  return sum % 3 === 0 ? WIDE_HEADER_VALUES : HEADER_VALUES;
}

/** Functions that generate one condition each, with their weights. */
const FIELDS: readonly (readonly [number, Field])[] = [
  [6, (random) => ({ uri: string(random, PATHS) })],
  [3, (random) => ({ uri: string(random, PATHS), ignoreUriCase: true })],
  [
    6,
    (random, authorities) => ({ headers: strings(random, WRITTEN_NAMES, valuesFor(authorities)) }),
  ],
  [
    4,
    (random, authorities) => ({
      withoutHeaders: strings(random, WRITTEN_NAMES, valuesFor(authorities)),
    }),
  ],
  [3, (random) => ({ queryParams: strings(random, QUERY_NAMES, QUERY_VALUES) })],
  [3, (random) => ({ method: string(random, METHODS) })],
  [3, (random) => ({ scheme: string(random, SCHEMES) })],
  [3, (random, authorities) => ({ authority: authority(random, authorities) })],
  [3, (random) => ({ port: random.pick([80, 80, 8080]) })],
  [3, (random) => ({ sourceLabels: random.pick(SOURCE_LABELS) })],
  [3, (random) => ({ sourceNamespace: random.pick(['east', 'west', 'north', 'istio-system']) })],
  [2, (random) => ({ gateways: random.pick(GATEWAYS) })],
];

/** A match entry with one to three conditions, sometimes an empty one. */
export function matchEntry(
  name: string,
  random: Random,
  authorities: readonly string[],
): HTTPMatchRequest {
  const count = random.weighted([
    [1, 0],
    [8, 1],
    [6, 2],
    [2, 3],
  ]);
  const parts = Array.from({ length: count }, () => random.weighted(FIELDS)(random, authorities));
  return { name, ...Object.assign({}, ...parts) };
}

function authority(random: Random, authorities: readonly string[]): StringMatch {
  const host = random.pick(authorities);
  const [first = '', ...rest] = host.split('.');
  return random.pick([
    { exact: host },
    { prefix: first },
    { prefix: 'a' },
    { regex: `.*${rest.map((part) => `\\.${part}`).join('')}` },
  ]);
}
