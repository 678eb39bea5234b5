import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';

const POLL_MS = 1000;

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

export interface TlsPair {
  cert: string;
  key: string;
}

export async function readTls(files: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([
    readFile(files.certFile, 'utf8'),
    readFile(files.keyFile, 'utf8'),
  ]);
  return { cert, key };
}

/**
 * Gives the server the new pair whenever a file changes. Files are polled: Kubernetes replaces the files of a mounted Secret by
 * a symbolic link, which file system notifications miss. A pair that does not match (one file is new, the other old) is
 * tried again at the next change.
 */
export function watchTls(
  files: TlsFiles,
  server: { setSecureContext(options: SecureContextOptions): void },
  report: (error: Error | undefined) => void,
): () => void {
  let used: TlsPair | undefined;
  const reload = async () => {
    const pair = await readTls(files);
    // When both files change, the second call finds nothing new.
    if (pair.cert === used?.cert && pair.key === used.key) return;
    server.setSecureContext(pair);
    used = pair;
    report(undefined);
  };
  const listener = () => void reload().catch(report);
  const names = [files.certFile, files.keyFile];
  for (const name of names) watchFile(name, { interval: POLL_MS, persistent: false }, listener);
  return () => {
    for (const name of names) unwatchFile(name, listener);
  };
}
