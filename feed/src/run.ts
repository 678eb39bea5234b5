import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { connectApiServer } from './cluster/connection.ts';
import { loadConfig } from './cluster/kube-config.ts';
import { serve } from './serve.ts';
import type { Settings } from './settings.ts';

/** Held polls are answered at once, so closing takes milliseconds. */
const GRACE_MS = 10_000;

/** Serves until SIGTERM or SIGINT. Throws in words if the configuration or the address is wrong. */
export async function run(settings: Settings): Promise<void> {
  const { host, port, maxPolls, logLevel, kubeconfig } = settings;
  const load = () => loadConfig(kubeconfig, process.env);
  // A wrong configuration ends the process at once.
  load();
  const log = pino({ level: logLevel });
  const { app, close } = serve(connectApiServer(load), maxPolls, log);
  closeWithGrace({ delay: GRACE_MS, logger: log }, async ({ err, signal }) => {
    if (err) log.error(err);
    else log.info({ signal }, 'closing');
    await close();
  });
  await app.listen({ host, port }).catch((error: Error) => {
    throw new Error(`--host ${host}, --port ${port}: ${error.message}`);
  });
}
