import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { Api } from '../../../control-plane/api.ts';
import { until } from '../../../control-plane/poll.ts';
import { allObjects } from '../../../lib/objects.ts';
import { twinDifferences } from './compare.ts';
import { metacontrollerWrites } from './count.ts';
import {
  both,
  close,
  createEnv,
  deleteEnv,
  type FaultCase,
  gone,
  HEAL_SECONDS,
  heal,
  openCase,
  ready,
} from './fault-case.ts';
import { requestProblems } from './requests.ts';
import { rule, virtualService } from './shop.ts';
import { look } from './sight.ts';
import { type LazyTheatre, sideBySide } from './suite.ts';
import { apply, read, remove } from './writes.ts';

/** Faults of single objects. These tests run in parallel, each in its own namespaces. */
export function objectFaults(observed: LazyTheatre): void {
  const open = async (name: string, isKnown?: (problem: string) => boolean) =>
    openCase(await observed.get(), name, isKnown);
  sideBySide('an env is deleted in the foreground', async () =>
    foreground(await open('foreground', isOwn)),
  );
  sideBySide('an env is deleted with --cascade=orphan', async () => orphan(await open('orphan')));
  sideBySide('the namespace with the base is deleted', async () =>
    namespaceGone(await open('lost', () => true)),
  );
  sideBySide('a VirtualService is deleted and recreated', async () =>
    recreated(await open('recreated', isUnrouted)),
  );
  sideBySide("a DestinationRule's exportTo is edited", async () =>
    exportTo(await open('export', isHidden)),
  );
}

/**
 * A problem of the env's own requests. With deletion in the foreground, Kubernetes deletes the clone before its routes.
 */
function isOwn(problem: string): boolean {
  return problem.startsWith("the env's");
}

/** Requests to all pods of the Service. They are expected while the host has no VirtualService. */
function isUnrouted(problem: string): boolean {
  return problem.endsWith('go to backend.recreated');
}

/** 503 because Istio does not find the base's subset, until the clone of the rule is updated (docs/adr/0006). */
function isHidden(problem: string): boolean {
  return problem.includes('go to 503 backend.export@');
}

async function serve(faultCase: FaultCase): Promise<void> {
  await createEnv(faultCase);
  await ready(faultCase);
}

async function foreground(faultCase: FaultCase): Promise<void> {
  await serve(faultCase);
  await deleteEnv(faultCase, 'Foreground');
  await heal(faultCase, 'deleted in the foreground', gone(faultCase));
  await close(faultCase);
}

/**
 * Waits until the garbage collector knows the kind RouteInjection: it looks for new kinds every 30 s. Otherwise
 * --cascade=orphan does not remove the owner reference of a RouteInjection, and the collector deletes it later. The
 * test object has an owner that does not exist, so the collector deletes it as soon as it knows the kind.
 */
async function collectorKnowsInjections(api: Api, { spec }: RouteInjection): Promise<void> {
  const name = 'garbage';
  const owner = { apiVersion: 'v1', kind: 'Namespace', name, uid: randomUUID() };
  const host = 'nothing.nowhere.svc.cluster.local';
  await apply(api, {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name, ownerReferences: [owner] },
    spec: { ...spec, env: name, host, active: false },
  });
  await until(HEAL_SECONDS, async () =>
    (await read(api, 'RouteInjection', undefined, name))
      ? 'the garbage collector has not deleted the RouteInjection'
      : undefined,
  );
}

async function orphan(faultCase: FaultCase): Promise<void> {
  const { api, env } = faultCase;
  await serve(faultCase);
  const { injections } = await look(api, env, env);
  const rules = (await allObjects(api)).filter(
    ({ kind, metadata }) =>
      kind === 'DestinationRule' && metadata.name.startsWith(`backend-${env}-`),
  );
  const [injection] = injections;
  if (injection === undefined) throw new Error('the env has no RouteInjection');
  await collectorKnowsInjections(api, injection);
  await deleteEnv(faultCase, 'Orphan');
  await until(HEAL_SECONDS, async () =>
    (await read(api, 'DynamicEnv', undefined, env)) ? 'the env is still there' : undefined,
  );
  // All children and routes of the env still work, until somebody deletes them.
  const { clone, virtualService: routed, injections: left } = await look(api, env, env);
  expect([clone !== undefined, left.length]).toEqual([true, 1]);
  expect(routed?.spec.http?.length).toBe(4);
  for (const { metadata } of injections)
    await remove(api, 'RouteInjection', undefined, metadata.name);
  await until(HEAL_SECONDS, async () => {
    const { virtualService: present } = await look(api, env, env);
    return present?.spec.http?.length === 2 ? undefined : 'the routes are still there';
  });
  for (const { metadata } of rules) await remove(api, 'DestinationRule', env, metadata.name);
  await remove(api, 'Deployment', env, `backend-${env}`);
  await close(faultCase);
}

/** The env also has routes in a VirtualService of another namespace. That namespace is not deleted. */
async function namespaceGone(faultCase: FaultCase): Promise<void> {
  const { api, env, twin, observed } = faultCase;
  const edge = (namespace: string) => `${namespace}-edge`;
  await both(faultCase, async (namespace) => {
    const metadata = { name: edge(namespace) };
    await apply(api, { apiVersion: 'v1', kind: 'Namespace', metadata });
    const host = `backend.${namespace}.svc.cluster.local`;
    await apply(api, virtualService(edge(namespace), 1, { name: 'front', host }));
  });
  await serve(faultCase);
  const since = new Date();
  await both(faultCase, (namespace) => remove(api, 'Namespace', undefined, namespace));
  const emptied = (name: string) =>
    until(HEAL_SECONDS, async () => {
      const namespace = await read(api, 'Namespace', undefined, name);
      return namespace === undefined ? undefined : `${JSON.stringify(namespace.status)}`;
    });
  await Promise.all([
    heal(faultCase, 'namespace with the base deleted, namespace gone', emptied(env)),
    heal(faultCase, 'namespace without any env deleted, namespace gone', emptied(twin)),
  ]);
  const told = until(HEAL_SECONDS, async () => {
    const state = await look(api, env, env);
    const front = await read(api, 'VirtualService', edge(env), 'front');
    const text = JSON.stringify(state.env?.status ?? {});
    if (!/Deployment .*backend.* (not found|missing|does not exist)/i.test(text)) return text;
    return Array.isArray(front?.spec?.['http']) && front.spec['http'].length === 2
      ? undefined
      : 'the VirtualService of the other namespace still has routes of the env';
  });
  await heal(faultCase, 'namespace with the base deleted, routes elsewhere gone', told);
  const creations = await metacontrollerWrites(observed.cluster, { namespace: env, since });
  expect(creations).toBeLessThan(20);
  await deleteEnv(faultCase);
  await gone(faultCase);
  expect(await twinDifferences(api, faultCase, edge)).toEqual([]);
}

async function recreated(faultCase: FaultCase): Promise<void> {
  const { api, env } = faultCase;
  await serve(faultCase);
  await both(faultCase, (namespace) => remove(api, 'VirtualService', namespace, 'backend'));
  await until(HEAL_SECONDS, async () => {
    const text = JSON.stringify((await look(api, env, env)).env?.status ?? {});
    return text.includes('missing-virtual-service') ? undefined : text;
  });
  await both(faultCase, (namespace) => apply(api, virtualService(namespace, 1)));
  await heal(faultCase, 'VirtualService deleted and recreated', ready(faultCase));
  await deleteEnv(faultCase);
  await close(faultCase);
}

async function exportTo(faultCase: FaultCase): Promise<void> {
  const { api, env } = faultCase;
  await serve(faultCase);
  for (const value of [['.'], ['*'], undefined]) {
    await both(faultCase, (namespace) => apply(api, rule(namespace, value)));
    const healing = until(
      HEAL_SECONDS,
      async () => {
        const objects = (await allObjects(api)).filter(
          ({ metadata }) => metadata.namespace === env,
        );
        return requestProblems(objects, env, env)[0];
      },
      20,
    );
    await heal(faultCase, `exportTo edited to ${JSON.stringify(value) ?? 'none'}`, healing);
    await ready(faultCase);
  }
  await deleteEnv(faultCase);
  await close(faultCase);
}
