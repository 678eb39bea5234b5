import { VERSIONS_ANNOTATION } from '../../api/virtualenvironment.ts';
import { byText } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { rfc3339, timeOf } from '../../k8s/time.ts';

/** What a DestinationRule remembers of one subset. Times are RFC 3339 with whole seconds. */
export interface Remembered {
  /** Name of the subset. */
  subset: string;
  /** Since when the DestinationRule has the subset. */
  subsetSince?: string;
  /** Since when the version is ready. */
  readySince?: string;
  /** Since when no VirtualService leads to the subset, which nobody needs any more. */
  unusedSince?: string;
}

/** By value of the pods' label. */
export type Memory = ReadonlyMap<string, Remembered>;

const TIMES = ['subsetSince', 'readySince', 'unusedSince'] as const;

/**
 * The memory of a DestinationRule. What cannot be read is left out, entry by entry and time by time: everything then starts anew. A
 * time in the future was written by a replica whose clock is ahead; it counts as now, so that nobody waits for it.
 */
export function readMemory(rule: KubeObject | undefined, now: Date): Memory {
  const known = parse(rule?.metadata.annotations?.[VERSIONS_ANNOTATION]);
  const present = rfc3339(now);
  const entries = Object.entries(known).flatMap(([value, entry]): [string, Remembered][] => {
    if (!isMap(entry) || typeof entry['subset'] !== 'string' || entry['subset'] === '') return [];
    const times = TIMES.flatMap((name) => {
      const time = pastTime(entry[name], present);
      return time === undefined ? [] : [[name, time]];
    });
    return [[value, { subset: entry['subset'], ...Object.fromEntries(times) }]];
  });
  return new Map(entries);
}

function parse(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isMap(value) ? value : {};
  } catch {
    return {};
  }
}

/** Days after the 28th are not in every month. */
const CERTAIN = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Most times are compared as texts: parsing each of them would take longer than all decisions. */
function pastTime(value: unknown, present: string): string | undefined {
  if (typeof value !== 'string') return undefined;
  const isCertain = CERTAIN.test(value);
  const time = isCertain ? undefined : timeOf(value);
  if (!isCertain && time === undefined) return undefined;
  const text = time === undefined ? value : rfc3339(new Date(time));
  return text < present ? text : present;
}

/** Value of the annotation. Equal memories give equal text. */
export function memoryText(memory: Memory): string {
  const entries = [...memory].sort(([a], [b]) => byText(a, b));
  return JSON.stringify(
    Object.fromEntries(entries.map(([value, entry]) => [value, inOrder(entry)])),
  );
}

function inOrder({ readySince, subset, subsetSince, unusedSince }: Remembered) {
  return { readySince, subset, subsetSince, unusedSince };
}
