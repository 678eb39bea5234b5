import { isMap, type JsonMap } from '../../k8s/json-map.ts';

/** Fields of a StringMatch: here an empty text has a meaning, and the operator's client writes it. */
const KEPT_WHEN_EMPTY = new Set(['exact', 'prefix', 'regex']);
/** Fields of Istio's routes of the type Duration: `0.5s`, `500ms` and `0.500s` are one value. */
const DURATIONS = new Set(['timeout', 'perTryTimeout', 'maxAge', 'fixedDelay', 'exponentialDelay']);

/**
 * The value in the form in which the operator's client writes it, without the field `name` if `isNamed`. The client knows the
 * types of Istio's fields: it leaves out what has the default value (false, 0, an empty text or list), and writes durations
 * in seconds. Source: https://protobuf.dev/programming-guides/json/
 */
export function contentOf(route: JsonMap, isNamed: boolean): JsonMap {
  const { name: _name, ...rest } = route;
  return plainMap(isNamed ? rest : route);
}

function plainMap(map: JsonMap): JsonMap {
  const members = Object.entries(map).map(([key, value]) => [key, plain(value, key)] as const);
  return Object.fromEntries(members.filter(([key, value]) => !isDefault(value, key)));
}

function plain(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, key));
  if (isMap(value)) return plainMap(value);
  return typeof value === 'string' && DURATIONS.has(key) ? inMilliseconds(value) : value;
}

function isDefault(value: unknown, key: string): boolean {
  if (value === '') return !KEPT_WHEN_EMPTY.has(key);
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === false || value === 0;
}

const UNITS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/;

/** The number of milliseconds; a text of another form stays. */
function inMilliseconds(text: string): unknown {
  if (!DURATION.test(text)) return text;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}
