import { MESH_INDEX_NAME } from '../api/meshindex.ts';
import type { ObjectMap } from '../hooks/types.ts';
import type { DestinationRule } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import type { MeshContent } from './index-content.ts';
import { readMeshIndex } from './index-read.ts';

/**
 * The namespaces that are read through an index. One without a usable index is a problem: it must not look as if it had no
 * Services.
 */
export function indexedNamespaces(related: ObjectMap): {
  contents: MeshContent[];
  problems: string[];
} {
  const indexes = related['MeshIndex.riskified.com/v1alpha1'] ?? {};
  const read = Object.keys(related['Namespace.v1'] ?? {})
    .sort(byText)
    .map((namespace) => readMeshIndex(namespace, indexes[`${namespace}/${MESH_INDEX_NAME}`]));
  return {
    contents: read.filter((one) => 'services' in one),
    problems: read.flatMap((one) => ('problem' in one ? one.problem : [])),
  };
}

/**
 * The rules that came as objects, and those from indexes, sorted by namespace and name. If a namespace's rules came as objects
 * (`--rule-namespaces=*`), they are newer and count.
 */
export function withIndexed(
  objects: readonly DestinationRule[],
  contents: readonly MeshContent[],
  ruleNamespaces: () => readonly string[],
): readonly DestinationRule[] {
  if (contents.length === 0) return objects;
  const asked = ruleNamespaces();
  const came = new Set(objects.map(({ metadata }) => metadata.namespace));
  const more = contents.filter(
    ({ namespace }) => (asked.includes('*') || asked.includes(namespace)) && !came.has(namespace),
  );
  const key = ({ metadata }: DestinationRule) => `${metadata.namespace}/${metadata.name}`;
  return [...objects, ...more.flatMap(({ rules }) => rules)].sort((a, b) => byText(key(a), key(b)));
}
