import { CHART, KUBE_VERSION } from './chart.ts';
import type { Stage } from './system.ts';

/** Installs the chart's controller `mesh-index` for these namespaces, if any; returns a function that removes it. */
export async function installMeshIndex(
  { cluster: { helm, kubectl }, service }: Pick<Stage, 'cluster' | 'service'>,
  namespaces: readonly string[],
): Promise<() => Promise<void>> {
  if (namespaces.length === 0) return async () => undefined;
  const values = {
    hooks: { url: service.hooks },
    admission: { url: service.admission.url, caBundle: service.admission.ca },
    config: { indexedNamespaces: namespaces },
  };
  const shown = ['--show-only', 'templates/mesh-index.yaml'];
  const args = ['template', 'dynamicenv', CHART, ...KUBE_VERSION, ...shown, '-f', '-'];
  const input = await helm(args, { input: values });
  await kubectl(['apply', '-f', '-'], { input });
  return async () => {
    await kubectl(['delete', '-f', '-', '--ignore-not-found'], { input });
  };
}
