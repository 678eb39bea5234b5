import type { VirtualServiceMerge } from '../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { leastRules } from '../../e2e/lib/least-rules.ts';
import { installMerges, mergeRules } from '../../e2e/lib/merge-kind.ts';
import type { Envoy } from '../lib/envoy.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { MERGE_API, NAMESPACE } from './world.ts';

const MERGES = `/apis/${MERGE_API}/namespaces/${NAMESPACE}/virtualservicemerges`;
const VIRTUAL_SERVICES = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices`;

/** A mesh with the kind virtual-service-merge, whose API server asks istiod about every write of Istio's kinds. */
export async function startMergingMesh(config: DecisionConfig): Promise<Mesh> {
  const rules = [...(await leastRules()), ...(await mergeRules())];
  const mesh = await startMesh({
    system: { strategy: 'server-side-apply', config, rules },
    validates: true,
  });
  try {
    if (mesh.system === undefined) throw new Error('the mesh has no hook service');
    await installMerges(mesh.cluster, mesh.system.service);
    return mesh;
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}

/** The proxy of a pod that sends requests. */
export async function startClient(mesh: Mesh): Promise<Envoy> {
  const labels = { app: 'client' };
  const envoy = await mesh.startEnvoy({ name: 'client', namespace: NAMESPACE, labels });
  await envoy.untilReady();
  return envoy;
}

export async function applyAll({ cluster }: Mesh, items: readonly object[]): Promise<void> {
  const input = { apiVersion: 'v1', kind: 'List', items };
  await cluster.kubectl(['apply', '-f', '-'], { input });
}

export async function untilAvailable({ cluster }: Mesh): Promise<void> {
  const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
  await cluster.kubectl([...available, '-n', NAMESPACE, '--timeout=120s']);
}

export async function virtualServiceOf({ cluster }: Mesh, name: string): Promise<VirtualService> {
  return cluster.api.call<VirtualService>('GET', `${VIRTUAL_SERVICES}/${name}`);
}

export async function mergesIn({ cluster }: Mesh): Promise<VirtualServiceMerge[]> {
  const { items } = await cluster.api.call<{ items: VirtualServiceMerge[] }>('GET', MERGES);
  return items;
}

/** `Accepted True Accepted`, one line for each condition of the merge's present generation. */
export function conditionsOf({ status, metadata }: VirtualServiceMerge): string[] {
  if (status?.observedGeneration !== metadata.generation) return [];
  return (status?.conditions ?? []).map(
    ({ type, status: is, reason }) => `${type} ${is} ${reason}`,
  );
}

/** Waits until the conditions of a merge have this line. */
export async function untilMerge(
  mesh: Mesh,
  name: string,
  line: RegExp,
  seconds = 60,
): Promise<VirtualServiceMerge> {
  let found: VirtualServiceMerge | undefined;
  await until(seconds, async () => {
    const one = await mesh.cluster.api.call<VirtualServiceMerge>('GET', `${MERGES}/${name}`);
    const lines = conditionsOf(one);
    found = lines.some((text) => line.test(text)) ? one : undefined;
    return found ? undefined : `merge ${name} is not ${line}: ${JSON.stringify(one.status)}`;
  });
  if (found === undefined) throw new Error(`merge ${name} is not ${line}`);
  return found;
}

export async function untilMerged(mesh: Mesh, ...names: string[]): Promise<void> {
  for (const name of names) await untilMerge(mesh, name, /^Merged True /);
}
