import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a folder in the system's temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'dynamicenv-'));
}

export interface ConfigParts {
  context?: string;
  namespace?: string;
  user?: object;
  server: string;
}

/** A kubeconfig with one context. */
export function configText({ context = 'dev', namespace, user, server }: ConfigParts): string {
  const place = namespace === undefined ? {} : { namespace };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: `${context}-cluster`, cluster: { server } }],
    users: [{ name: `${context}-user`, user: user ?? { token: 'secret' } }],
    contexts: [
      {
        name: context,
        context: { cluster: `${context}-cluster`, user: `${context}-user`, ...place },
      },
    ],
  });
}

export function writeConfig(folder: string, name: string, parts: ConfigParts): string {
  const file = join(folder, name);
  writeFileSync(file, configText(parts));
  return file;
}
