import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, ApiFailure } from './api.ts';

/** The fields of an object that a watch needs. */
export interface Versioned {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
}

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: T;
}

interface List<T> {
  metadata: { resourceVersion: string };
  items: T[];
}

/**
 * HTTP status "Gone": the API server does not have this old resource version any more. The collection is listed again.
 */
const GONE = 410;
const RETRY_MS = 200;

/**
 * Lists a collection and watches it, and repeats both after an interruption. It calls the listener first with every
 * object as ADDED, then with each event. An object that was deleted during an interruption is reported as DELETED.
 * Resolves after the first list was reported, to a function that stops the watch.
 */
export async function follow<T extends Versioned>(
  api: Api,
  path: string,
  listener: (event: WatchEvent<T>) => void,
): Promise<() => void> {
  const known = new Map<string, T>();
  let stopped = false;
  let stopStream: () => void = () => undefined;
  const tell = (event: WatchEvent<T>) => {
    const { uid = '' } = event.object.metadata;
    if (event.type === 'DELETED') known.delete(uid);
    else known.set(uid, event.object);
    listener(event);
  };
  const read = async (): Promise<string> => {
    const { metadata, items } = await api.call<List<T>>('GET', path);
    const present = new Set(items.map((item) => item.metadata.uid));
    for (const [uid, object] of known) {
      if (!present.has(uid)) tell({ type: 'DELETED', object });
    }
    for (const object of items)
      tell({ type: known.has(object.metadata.uid ?? '') ? 'MODIFIED' : 'ADDED', object });
    return metadata.resourceVersion;
  };
  const stream = (from: string): Promise<string | undefined> =>
    new Promise((resolve) => {
      let version: string | undefined = from;
      const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${from}`;
      stopStream = api.stream(
        `${path}${path.includes('?') ? '&' : '?'}${query}`,
        (line) => {
          const { type, object } = line as { type: string; object: T & { code?: number } };
          if (type === 'ERROR') {
            version = undefined;
            return;
          }
          version = object.metadata.resourceVersion ?? version;
          if (type !== 'BOOKMARK') tell({ type, object } as WatchEvent<T>);
        },
        (error) =>
          resolve(error instanceof ApiFailure && error.code === GONE ? undefined : version),
      );
    });
  const run = async (first: string) => {
    let version: string | undefined = first;
    while (!stopped) {
      version = version === undefined ? await read().catch(() => undefined) : await stream(version);
      // While the API server restarts, it refuses connections.
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  };
  void run(await read());
  return () => {
    stopped = true;
    stopStream();
  };
}
