import { envId } from '../../../src/api/env-id.ts';
import type { Cluster } from '../../../src/simulator/cluster.ts';
import type { Lift } from '../../../src/simulator/faults.ts';
import { ENVS } from './env-choice.ts';
import { BASES } from './manifests.ts';
import type { FaultName } from './steps.ts';

const CLONES = BASES.flatMap((base) => ENVS.map((env) => `${base}-${envId(env)}`));

/** Only Metacontroller's requests fail. The user's own writes must have the same result as on the twin. */
export function startFault(cluster: Cluster, name: FaultName, metacontrollerUser: string): Lift {
  const { failHook, failWrite, loseWebhook, crash } = cluster.faults;
  const refuse = (which: (kind: string) => boolean, mode: 'conflict' | 'refuse', times?: number) =>
    failWrite(({ user, kind }) => user === metacontrollerUser && which(kind), {
      mode,
      ...(times === undefined ? {} : { times }),
    });
  const hooks = /^\/(dynamicenv|route-injection)\//;
  switch (name) {
    case 'hook error':
      return failHook(hooks, { times: 3 });
    case 'hook refused':
      return failHook(hooks, { mode: 'refused' });
    case 'hook time-out':
      return failHook(hooks, { mode: 'timeout', times: 2 });
    case 'env hooks fail':
      return failHook(/^\/dynamicenv\/(sync|finalize)/);
    case 'route hooks fail':
      return failHook(/^\/route-injection\/sync/);
    case 'customize fails':
      return failHook(/customize$/);
    case 'webhook lost':
      return loseWebhook();
    case 'conflicts':
      return refuse(() => true, 'conflict', 6);
    case 'VirtualServices unwritable':
      return refuse((kind) => kind === 'VirtualService', 'refuse');
    case 'children unwritable':
      return refuse((kind) => kind !== 'VirtualService' && kind !== 'DynamicEnv', 'refuse');
    case 'clones crash': {
      const lifts = CLONES.map((clone) => crash('shop', clone));
      return () => {
        for (const lift of lifts) lift();
      };
    }
  }
}
