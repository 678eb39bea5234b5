import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { Command } from '../control-plane/commands.ts';

/** Folder of the chart. */
export const CHART = fileURLToPath(new URL('../../../charts/dynamicenv', import.meta.url));

/** Without a cluster, a Helm 3 that was built as a Go module assumes Kubernetes v1.20. */
export const KUBE_VERSION = ['--kube-version', '1.36.0'];

/** The objects that Helm renders for the release `dynamicenv` of the chart, in the namespace `dynamicenv`. */
export async function rendered(helm: Command, ...args: readonly string[]): Promise<KubeObject[]> {
  const release = ['template', 'dynamicenv', CHART, '-n', 'dynamicenv'];
  const text = await helm([...release, ...KUBE_VERSION, ...args]);
  return parseYaml(text).map(({ value }) => value as KubeObject);
}

/** Helm's flag `--set` for each value. */
export const set = (...values: readonly string[]): string[] =>
  values.flatMap((value) => ['--set', value]);

/** `Kind/name` of each object, sorted. */
export const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();
