import { isMap } from '../../../src/simulator/object.ts';

/**
 * The differences from the expected value, as texts; empty if there are none. A map lists the members to compare: the
 * found map may have more, and `null` means that the member must be absent. A list must be equal, unless it is written
 * `{contains: […]}`. `~text` stands for any text that contains `text`.
 */
export function differences(expected: unknown, found: unknown, path: string): string[] {
  if (expected === null)
    return found === undefined || found === null ? [] : [said(path, 'nothing', found)];
  if (Array.isArray(expected)) return listDifferences(expected, found, path);
  if (isMap(expected)) return mapDifferences(expected, found, path);
  if (typeof expected === 'string' && expected.startsWith('~')) {
    const part = expected.slice(1);
    return typeof found === 'string' && found.includes(part)
      ? []
      : [said(path, `a text with "${part}"`, found)];
  }
  return expected === found ? [] : [said(path, JSON.stringify(expected), found)];
}

function said(path: string, expected: string, found: unknown): string {
  return `${path}: expected ${expected}, found ${found === undefined ? 'nothing' : JSON.stringify(found)}`;
}

function listDifferences(expected: readonly unknown[], found: unknown, path: string): string[] {
  if (!Array.isArray(found)) return [said(path, `a list of ${expected.length}`, found)];
  if (found.length !== expected.length) {
    return [said(path, `${expected.length} items like ${JSON.stringify(expected)}`, found)];
  }
  return expected.flatMap((item, index) => differences(item, found[index], `${path}[${index}]`));
}

function mapDifferences(expected: Record<string, unknown>, found: unknown, path: string): string[] {
  const { contains, not, ...members } = expected;
  if (Array.isArray(contains)) {
    const list: unknown[] = Array.isArray(found) ? found : [];
    return contains
      .filter((item) => !list.some((candidate) => differences(item, candidate, '').length === 0))
      .map((item) => said(path, `an item like ${JSON.stringify(item)}`, found));
  }
  if (not !== undefined) {
    return differences(not, found, path).length > 0
      ? []
      : [said(path, `something else than ${JSON.stringify(not)}`, found)];
  }
  if (found !== undefined && !isMap(found)) return [said(path, JSON.stringify(expected), found)];
  return Object.entries(members).flatMap(([key, value]) =>
    differences(value, found?.[key], path === '' ? key : `${path}.${key}`),
  );
}
