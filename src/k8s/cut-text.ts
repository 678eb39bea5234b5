/** The first half of a character that takes two UTF-16 units. */
const HALF_AT_END = /[\uD800-\uDBFF]$/;

/**
 * The text itself, or its beginning and the number of characters left out when it has more than `most` UTF-16 units.
 * A text from a user can have megabytes, and it is quoted in answers, logs and statuses.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most).replace(HALF_AT_END, '');
  return `${head}… (${text.length - head.length} more characters)`;
}

/**
 * A copy in which every text is shortened with `cutText`, or the value itself when nothing had to be shortened. Keys
 * are not shortened.
 */
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
