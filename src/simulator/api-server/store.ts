import { rfc3339 } from '../../k8s/time.ts';
import type { Clock } from '../clock.ts';
import type { ServedKind } from '../kinds.ts';
import { deepFreeze, type LocalObject } from '../object.ts';

export interface Change {
  kind: ServedKind;
  /** Absent: the object was created. */
  before?: LocalObject;
  /** Absent: the object is gone. */
  after?: LocalObject;
}

/** One stored write; `before` and `after` are frozen. */
export interface HistoryEntry {
  /** RFC 3339 with milliseconds. */
  time: string;
  user: string;
  verb: string;
  /** `Kind namespace/name`, or `Kind name`. */
  key: string;
  before: LocalObject | undefined;
  after: LocalObject | undefined;
}

export interface Author {
  user: string;
  verb: string;
}

/** Stores objects (frozen), assigns resource versions and uids, and reports every change. It checks nothing. */
export interface Store {
  get(kind: ServedKind, namespace: string | undefined, name: string): LocalObject | undefined;
  list(kind?: ServedKind): LocalObject[];
  /** Returns the object as stored, with its new resourceVersion; a new one without uid or creationTimestamp gets them. */
  put(kind: ServedKind, object: LocalObject, author: Author): LocalObject;
  remove(kind: ServedKind, object: LocalObject, author: Author): LocalObject;
  onChange(listener: (change: Change) => void): void;
  onWrite(listener: (entry: HistoryEntry) => void): () => void;
  history: HistoryEntry[];
}

function storageKey(
  { group, resource }: ServedKind,
  namespace: string | undefined,
  name: string,
): string {
  return `${group}/${resource}/${namespace ?? ''}/${name}`;
}

export function createStore(clock: Clock): Store {
  const objects = new Map<string, { kind: ServedKind; object: LocalObject }>();
  const changeListeners: ((change: Change) => void)[] = [];
  const writeListeners = new Set<(entry: HistoryEntry) => void>();
  const history: HistoryEntry[] = [];
  let versions = 0;
  let uids = 0;

  const nextVersion = (): string => {
    versions += 1;
    return String(versions);
  };
  const nextUid = (): string => {
    uids += 1;
    return `00000000-0000-4000-8000-${String(uids).padStart(12, '0')}`;
  };

  const tell = (change: Change, { user, verb }: Author): void => {
    const { kind, before, after } = change;
    const { namespace, name } = (after ?? before)?.metadata ?? { name: '' };
    const key = `${kind.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
    const entry = { time: clock.now().toISOString(), user, verb, key, before, after };
    history.push(entry);
    for (const listener of changeListeners) listener(change);
    for (const listener of writeListeners) listener(entry);
  };

  return {
    get: (kind, namespace, name) => objects.get(storageKey(kind, namespace, name))?.object,
    list: (wanted) =>
      [...objects.values()]
        .filter(({ kind }) => !wanted || kind === wanted)
        .map(({ object }) => object),
    put: (kind, object, author) => {
      const { namespace, name } = object.metadata;
      const key = storageKey(kind, namespace, name);
      const before = objects.get(key)?.object;
      const metadata = { ...object.metadata, resourceVersion: nextVersion() };
      metadata.uid = before?.metadata.uid ?? metadata.uid ?? nextUid();
      metadata.creationTimestamp =
        before?.metadata.creationTimestamp ?? metadata.creationTimestamp ?? rfc3339(clock.now());
      const after = deepFreeze<LocalObject>({ ...object, metadata });
      objects.set(key, { kind, object: after });
      tell(before ? { kind, before, after } : { kind, after }, author);
      return after;
    },
    remove: (kind, object, author) => {
      const { namespace, name } = object.metadata;
      objects.delete(storageKey(kind, namespace, name));
      const metadata = { ...object.metadata, resourceVersion: nextVersion() };
      const before = deepFreeze<LocalObject>({ ...object, metadata });
      tell({ kind, before }, author);
      return before;
    },
    onChange: (listener) => {
      changeListeners.push(listener);
    },
    onWrite: (listener) => {
      writeListeners.add(listener);
      return () => {
        writeListeners.delete(listener);
      };
    },
    history,
  };
}
