const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** As the definition of DynamicEnv has it. With at most five digits a number, no sum reaches 300 years: every time stays a valid date. */
const TTL = /^(?:([0-9]{1,5})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,5})s)?$/;

/** How a duration is written, for messages. */
export const TTL_SYNTAX =
  'numbers of at most 5 digits with the units d, h, m and s in this order, for example 3d, 72h or 1h30m';

/** The seconds of a duration such as `3d` or `1h30m`. Undefined: it is none, or it is not longer than 0. */
export function ttlSeconds(ttl: unknown): number | undefined {
  if (typeof ttl !== 'string') return undefined;
  const [, ...numbers] = TTL.exec(ttl) ?? [];
  const units = Object.values(SECONDS);
  const sum = numbers.reduce(
    (total, number = '0', at) => total + Number(number) * (units[at] ?? 0),
    0,
  );
  return sum > 0 ? sum : undefined;
}
