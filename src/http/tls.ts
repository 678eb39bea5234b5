import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';

const POLL_MS = 1000;

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

export async function readTls(files: TlsFiles): Promise<{ cert: string; key: string }> {
  const [cert, key] = await Promise.all([
    readFile(files.certFile, 'utf8'),
    readFile(files.keyFile, 'utf8'),
  ]);
  return { cert, key };
}

/**
 * Calls `reload` with the new pair whenever a file changes. Polled: Kubernetes swaps the files of a mounted Secret
 * by a symbolic link, which notifications of the file system miss. A pair that does not fit together (one file is
 * new, the other old) is tried again with the next change.
 */
export function watchTls(
  files: TlsFiles,
  server: { setSecureContext(options: SecureContextOptions): void },
  report: (error: Error | undefined) => void,
): () => void {
  const reload = () => {
    readTls(files)
      .then((pair) => server.setSecureContext(pair))
      .then(() => report(undefined), report);
  };
  const names = [files.certFile, files.keyFile];
  for (const name of names) watchFile(name, { interval: POLL_MS, persistent: false }, reload);
  return () => {
    for (const name of names) unwatchFile(name, reload);
  };
}
