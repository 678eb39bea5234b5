import { writeFile } from 'node:fs/promises';
import type { Access } from './api.ts';

/** Writes a kubeconfig for one cluster and one user with a token. It is JSON, because every JSON file is valid YAML. */
export async function writeKubeconfig(
  file: string,
  { url, ca, token }: Access,
  namespace = 'default',
): Promise<string> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'e2e',
        cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: 'e2e', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e', namespace } }],
    'current-context': 'e2e',
  };
  await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}
