import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import type { Api } from '../../../e2e/control-plane/api.ts';

const PATH = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/busy';
/** Shorter than the quiet period after which istiod pushes a change (PILOT_DEBOUNCE_AFTER, 100 ms). */
const PAUSE_MS = 40;

/**
 * Writes an unrelated VirtualService without pause, as if other users changed the mesh all the time. Returns a function
 * that stops it.
 */
export function startNoise(api: Api): () => Promise<void> {
  let isStopped = false;
  const run = async () => {
    for (let count = 0; !isStopped; count += 1) {
      const body: LocalObject = {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'busy', namespace: 'default' },
        spec: {
          hosts: ['busy.example.com'],
          http: [
            {
              timeout: `${1 + (count % 50)}s`,
              route: [{ destination: { host: 'nobody.example.com' } }],
            },
          ],
        },
      };
      const contentType = 'application/apply-patch+yaml';
      await api.call('PATCH', `${PATH}?fieldManager=noise&force=true`, { body, contentType });
      await sleep(PAUSE_MS);
    }
  };
  const running = run();
  // No unhandled rejection: the returned function throws the error.
  running.catch(() => undefined);
  return async () => {
    isStopped = true;
    await running;
  };
}
