/** A scalar's value before it becomes JSON. Integers are bigint: a key keeps all of its digits. */
export type Plain = null | boolean | bigint | number | string;

/**
 * The value that kubectl reads from a scalar without quotes: `resolve` in `resolve.go` of go.yaml.in/yaml/v2, which
 * sigs.k8s.io/yaml uses. It knows the words of YAML 1.1, integers as Go writes them and decimal floats. Everything else
 * is a string, including dates and `1:30`.
 */
export function plainValue(text: string): Plain {
  if (WORDS.has(text)) return WORDS.get(text) ?? null;
  // ParseFloat accepts underscores only between digits.
  if (text.startsWith('.')) return decimal(text.replace(/(?<=\d)_(?=\d)/g, '')) ?? text;
  if (!/^[-+0-9]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  return integer(digits) ?? decimal(digits) ?? text;
}

const WORDS = new Map<string, Plain>([
  ...words(true, 'y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'),
  ...words(false, 'n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'),
  ...words(null, '', '~', 'null', 'Null', 'NULL'),
  ...words(Number.NaN, '.nan', '.NaN', '.NAN'),
  ...words(Number.POSITIVE_INFINITY, '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'),
  ...words(Number.NEGATIVE_INFINITY, '-.inf', '-.Inf', '-.INF'),
]);

function words(value: Plain, ...texts: string[]): [string, Plain][] {
  return texts.map((text) => [text, value]);
}

const INTEGER = /^([-+]?)(?:(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0|[1-9][0-9]*)|0([0-7]+))$/;
const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const UNSIGNED_MAX = 2n ** 64n - 1n;

/** `ParseInt(text, 0, 64)`, then `ParseUint`, which accepts no sign. */
function integer(text: string): bigint | undefined {
  // A binary number may have its sign after the prefix: `0b-1`.
  const found = INTEGER.exec(text.replace(/^0b([-+])/, '$10b'));
  if (found === null) return undefined;
  const [, sign, size, octal] = found;
  const magnitude = BigInt(octal === undefined ? (size ?? '') : `0o${octal}`);
  const value = sign === '-' ? -magnitude : magnitude;
  return value >= MIN && value <= (sign === '' ? UNSIGNED_MAX : MAX) ? value : undefined;
}

/** A number that is too large for a float stays a string. */
function decimal(text: string): number | undefined {
  if (!/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * A key as JSON text (`convertToJSONableObject` in sigs.k8s.io/yaml). Undefined for the keys that it refuses: null, and
 * integers of 2⁶³ or more.
 */
export function keyText(key: Plain): string | undefined {
  if (key === null) return undefined;
  if (typeof key === 'bigint') return key > MAX ? undefined : String(key);
  return typeof key === 'number' ? floatText(key) : String(key);
}

/** `strconv.FormatFloat(value, 'g', -1, 32)`: the fewest digits that distinguish it from every other 32-bit float. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  const counts = [1, 2, 3, 4, 5, 6, 7, 8];
  const enough = counts.find((count) => Math.fround(Number(single.toPrecision(count))) === single);
  const [mantissa = '', exponent = '0'] = single.toExponential((enough ?? 9) - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${exponent}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
