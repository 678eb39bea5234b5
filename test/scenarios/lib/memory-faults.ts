import type { Cluster } from '../../../src/simulator/cluster.ts';
import type { HookFault, Lift, WriteFault } from '../../../src/simulator/faults.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import type { FaultSpec } from './driver.ts';

type Undo = () => Promise<void>;

/** What validation refuses beside schemas: a message, or undefined. */
export type Refusal = (object: LocalObject) => string | undefined;

/** Starts a scenario's fault on the in-memory cluster. `refusals`: asked at each write, after mutating webhooks. */
export function injectFault(
  cluster: Cluster,
  notReady: Set<string>,
  refusals: Set<Refusal>,
  fault: FaultSpec,
): Undo {
  const lifts: Lift[] = [];
  if (fault.hook !== undefined) lifts.push(failHook(cluster, fault, fault.hook));
  if (fault.webhook !== undefined) lifts.push(cluster.faults.loseWebhook());
  if (fault.pods !== undefined) lifts.push(failPods(cluster, notReady, fault.pods));
  if (fault.write?.routesTo !== undefined) lifts.push(refuseRoutes(refusals, fault, fault.write));
  else if (fault.write !== undefined) lifts.push(failWrite(cluster, fault, fault.write));
  return async () => {
    for (const lift of lifts) lift();
  };
}

function refuseRoutes(
  refusals: Set<Refusal>,
  { message = 'refused by a fault' }: FaultSpec,
  { kind, namespace, name, routesTo }: NonNullable<FaultSpec['write']>,
): Lift {
  const refusal: Refusal = (object) => {
    const isConcerned =
      object.kind === kind &&
      (namespace ?? object.metadata.namespace) === object.metadata.namespace &&
      (name ?? object.metadata.name) === object.metadata.name;
    const http = (object.spec?.['http'] ?? []) as { route?: { destination: { host: string } }[] }[];
    const hosts = http.flatMap(({ route = [] }) =>
      route.map(({ destination }) => destination.host),
    );
    return isConcerned && hosts.some((host) => host === routesTo) ? message : undefined;
  };
  refusals.add(refusal);
  return () => {
    refusals.delete(refusal);
  };
}

function failHook(cluster: Cluster, { mode, message, times }: FaultSpec, hook: string): Lift {
  const rule: HookFault = {
    mode: mode === 'error' || mode === 'timeout' ? mode : 'refused',
    ...(message === undefined ? {} : { body: message }),
    ...(times === undefined ? {} : { times }),
  };
  return cluster.faults.failHook(
    hook === 'all' ? /^\/(dynamicenv|route-injection|virtual-environment)\// : hook,
    rule,
  );
}

function failPods(cluster: Cluster, notReady: Set<string>, deployment: string): Lift {
  const [namespace = '', name = ''] = deployment.split('/');
  notReady.add(deployment);
  const lift = cluster.faults.crash(namespace, name);
  return () => {
    notReady.delete(deployment);
    lift();
  };
}

function failWrite(
  cluster: Cluster,
  { mode, message, times }: FaultSpec,
  which: NonNullable<FaultSpec['write']>,
): Lift {
  const rule: WriteFault = {
    mode: mode === 'conflict' ? 'conflict' : 'refuse',
    ...(message === undefined ? {} : { message }),
    ...(times === undefined ? {} : { times }),
  };
  const wanted = Object.entries(which);
  return cluster.faults.failWrite((attempt) => {
    const facts: Record<string, string | undefined> = { ...attempt };
    return wanted.every(([key, value]) => facts[key] === value);
  }, rule);
}
