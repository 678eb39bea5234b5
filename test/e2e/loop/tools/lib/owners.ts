import { basename } from 'node:path';
import { metacontrollerProgram } from '../../../lib/metacontroller.ts';
import type { ManagedFields, Stored } from './versions.ts';

/** Metacontroller's field manager. It sets no name, so the API server uses the name of its program (its user agent). */
const METACONTROLLER = basename(metacontrollerProgram() ?? '');

const OUR_ANNOTATIONS = ['riskified.com/dynamic-environment', 'riskified.com/route-injections'];
const OUR_LABELS = /^env\.riskified\.com\//;

/**
 * The managed fields of all managers except Metacontroller, without times. Ownership of a map itself (`.`) is removed:
 * the first manager that adds a key owns the map, and with an env the maps of labels and annotations exist already.
 */
export function toolsFields({ metadata }: Stored): Omit<ManagedFields, 'time'>[] {
  return (metadata.managedFields ?? [])
    .filter(({ manager }) => manager !== METACONTROLLER)
    .map(({ time: _time, fieldsV1, ...entry }) => ({
      ...entry,
      fieldsV1: JSON.parse(
        JSON.stringify(fieldsV1, (key, value) => (key === '.' ? undefined : value)),
      ),
    }))
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

const keyOf = ({ manager, operation, apiVersion }: Omit<ManagedFields, 'time'>) =>
  `${manager} ${operation} ${apiVersion}`;

/** Names of the managers that own `spec.http`. */
export function ownersOfRoutes({ metadata }: Stored): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => 'f:http' in ((fieldsV1['f:spec'] ?? {}) as object))
    .map(({ manager }) => manager)
    .sort();
}

/**
 * Maps that Metacontroller may have created. A manager that owns the map itself, written `{".": {}}` or `{}`, does not
 * own its keys.
 */
const MAPS = ['metadata/annotations', 'metadata/labels'];

/** Paths of the fields that Metacontroller owns. */
export function metacontrollersFields({ metadata }: Stored): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ manager }) => manager === METACONTROLLER)
    .flatMap(({ fieldsV1 }) => leaves(fieldsV1, ''))
    .filter((path) => !MAPS.includes(path))
    .sort();
}

function leaves(fields: Record<string, unknown>, path: string): string[] {
  const keys = Object.keys(fields);
  if (keys.length === 0) return [path];
  const below = Object.entries(fields).filter(([key]) => key !== '.');
  return below.flatMap(([key, value]) =>
    leaves(value as Record<string, unknown>, `${path}${path && '/'}${key.replace(/^f:/, '')}`),
  );
}

export function isMark(key: string): boolean {
  return OUR_ANNOTATIONS.includes(key) || OUR_LABELS.test(key);
}
