import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../../e2e/control-plane/poll.ts';
import { type Running, startProcess } from '../../../e2e/control-plane/process.ts';
import type { HookService } from '../../../e2e/lib/service.ts';

/** Environment variable with the path of a checkout of an older version, with its packages installed (`npm ci`). */
export const OLDER = 'DYNAMICENV_OLDER';

/** Folder of the older version, if configured. */
export function olderFolder(): string | undefined {
  const folder = process.env[OLDER] ?? '';
  return folder === '' ? undefined : folder;
}

/**
 * Starts the older version with its default flags. It listens at the addresses of a service that was stopped (`kill`),
 * and uses the certificate of that service. Its log is in `folder`.
 */
export async function startOlder(
  older: string,
  { hooks, admission, tls }: Pick<HookService, 'hooks' | 'admission' | 'tls'>,
  folder: string,
): Promise<Running> {
  const [certFile, keyFile] = [join(folder, 'older-cert.pem'), join(folder, 'older-key.pem')];
  await writeFile(certFile, tls.cert);
  await writeFile(keyFile, tls.key);
  const { hostname, port } = new URL(hooks);
  const flags = [
    `--host=${hostname}`,
    `--port=${port}`,
    `--tls-port=${new URL(admission.url).port}`,
    `--tls-cert-file=${certFile}`,
    `--tls-key-file=${keyFile}`,
    '--log-level=warn',
  ];
  const program = [join(older, 'src', 'cli.ts'), 'serve', ...flags];
  const running = startProcess('older', process.execPath, program, folder);
  await until(30, async () => {
    if (running.hasEnded()) throw new Error(`the older version has ended: ${await running.tail()}`);
    return fetch(`${hooks}/readyz`).then(
      ({ status }) => (status === 200 ? undefined : `/readyz answers ${status}`),
      () => 'the older version does not listen yet',
    );
  });
  return running;
}
