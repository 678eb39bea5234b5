import { fileURLToPath } from 'node:url';
import type { Cluster } from './control-plane.ts';

const OURS = fileURLToPath(new URL('../../../crds/', import.meta.url));
const METACONTROLLER = fileURLToPath(new URL('./metacontroller-crds.yaml', import.meta.url));

/** Whose CustomResourceDefinitions. */
export type CrdSet = 'dynamicenv' | 'istio' | 'metacontroller';

/** Installs definitions and waits until they are served. */
export async function installCrds(
  { kubectl, binaries }: Cluster,
  ...sets: readonly CrdSet[]
): Promise<void> {
  const files = { dynamicenv: OURS, istio: binaries.istioCrds, metacontroller: METACONTROLLER };
  // Server-side: Istio's are too large for the annotation of a client-side apply.
  for (const set of sets) await kubectl(['apply', '--server-side', '-f', files[set]]);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}
