/** Nanoseconds in each unit of Go's time.ParseDuration. Both letters for "micro" are allowed. */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const SECOND = 1_000_000_000n;
const MILLISECOND = 1_000_000n;
const WHOLE = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
/** Longer texts are not computed: no useful duration is as long. */
const MAX_LENGTH = 64;
/** Envoy refuses longer durations: in nanoseconds they do not fit into 64 bits. */
const MAX_SECONDS = 9_223_372_035n;

/**
 * Why a duration would be refused. The text is one of Go's time.ParseDuration (`1.5s`, `1m30s`): the schema's rule
 * `duration(self) >= duration('1ms')` and istiod read it like this. It must be a multiple of 1 ms.
 * Source: ValidateDuration in istio `pkg/config/validation/agent/validation.go`; Envoy's
 * `source/common/protobuf/utility.cc`.
 */
export function durationProblem(text: string): string | undefined {
  const value = nanoseconds(text);
  if (value === undefined) return 'must be a duration such as 500ms, 1.5s or 2m';
  if (value < MILLISECOND) return 'must be at least 1ms';
  if (value > MAX_SECONDS * SECOND)
    return `must be at most ${MAX_SECONDS}s: proxies cannot represent a longer time`;
  return value % MILLISECOND === 0n ? undefined : 'must be a multiple of 1ms';
}

/** Is it a whole number of seconds? The text must be a valid duration. */
export function isWholeSeconds(text: string): boolean {
  return (nanoseconds(text) ?? 0n) % SECOND === 0n;
}

function nanoseconds(text: string): bigint | undefined {
  if (text.length > MAX_LENGTH || !WHOLE.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const scale = UNITS[unit] ?? 0n;
    total += BigInt(whole || '0') * scale;
    total += (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -total : total;
}
