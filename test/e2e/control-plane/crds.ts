import { fileURLToPath } from 'node:url';
import type { Cluster } from './control-plane.ts';
import { problem, until } from './poll.ts';

const OURS = fileURLToPath(new URL('../../../crds/', import.meta.url));
const METACONTROLLER = fileURLToPath(new URL('./metacontroller-crds.yaml', import.meta.url));
const OTHERS = fileURLToPath(new URL('./other-crds.yaml', import.meta.url));

/** The owner of a set of CustomResourceDefinitions. `others`: those of cert-manager and the Prometheus operator. */
export type CrdSet = 'dynamicenv' | 'istio' | 'metacontroller' | 'others';

interface Definitions {
  items: {
    spec: {
      group: string;
      names: { plural: string };
      versions: { name: string; served: boolean }[];
    };
  }[];
}

/** Installs CustomResourceDefinitions, and waits until the API server serves their kinds. */
export async function installCrds(
  { kubectl, api, binaries }: Cluster,
  ...sets: readonly CrdSet[]
): Promise<void> {
  const files = {
    dynamicenv: OURS,
    istio: binaries.istioCrds,
    metacontroller: METACONTROLLER,
    others: OTHERS,
  };
  // Server-side apply: Istio's definitions are too large for the annotation of a client-side apply.
  for (const set of sets) await kubectl(['apply', '--server-side', '-f', files[set]]);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const { items } = await api.call<Definitions>('GET', path);
  for (const { spec } of items) {
    const version = spec.versions.find(({ served }) => served)?.name;
    // After the condition Established, the API server may still answer "storage is (re)initializing".
    const collection = `/apis/${spec.group}/${version}/${spec.names.plural}?limit=1`;
    await until(60, () => problem(api.call('GET', collection)));
  }
  // kubectl validates with this document, and gives up after 32 s; a busy machine may need longer to make it after definitions came.
  await until(180, () => problem(api.call('GET', '/openapi/v2')));
}
