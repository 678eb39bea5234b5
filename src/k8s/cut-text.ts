/** Half of a character that takes two UTF-16 units. */
const HALF_AT_END = /[\uD800-\uDBFF]$/;

/**
 * The text, or its beginning and how much is left out when it has more than `most` UTF-16 units: what a user wrote can be
 * megabytes, and is quoted in answers, logs and statuses.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most).replace(HALF_AT_END, '');
  return `${head}… (${text.length - head.length} more characters)`;
}

/** The same value with every text in it cut; the value itself where nothing was. Keys are left as they are. */
export function cutTexts<T>(value: T, most: number): T {
  return cutWithin(value, most) as T;
}

function cutWithin(value: unknown, most: number): unknown {
  if (typeof value === 'string') return cutText(value, most);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => cutWithin(item, most));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  const entries = Object.entries(value);
  const cut = entries.map(([key, item]) => [key, cutWithin(item, most)] as const);
  return cut.some(([, item], at) => item !== entries[at]?.[1]) ? Object.fromEntries(cut) : value;
}
