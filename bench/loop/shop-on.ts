import { byHands } from './course.ts';
import { NAMESPACE, serviceManifests } from './shop.ts';
import type { Stage } from './stage.ts';

const PATHS: Record<string, string> = {
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  Service: `/api/v1/namespaces/${NAMESPACE}/services`,
  DestinationRule: `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/destinationrules`,
  VirtualService: `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices`,
};

/** Creates `services` services in the cluster, and waits until their pods are available. */
export async function openShop({ cluster }: Stage, services: number): Promise<void> {
  const { api, kubectl } = cluster;
  await kubectl(['create', 'namespace', NAMESPACE]);
  const objects = Array.from({ length: services }, (_, at) => serviceManifests(at)).flat();
  await byHands(objects, (body) => api.call('POST', PATHS[body.kind] ?? '', { body }));
  const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
  await kubectl([...available, '-n', NAMESPACE, '--timeout=300s']);
}
