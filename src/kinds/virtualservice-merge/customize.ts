import type { RelatedRule } from '../../hooks/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { readTarget } from './target.ts';

/** The one VirtualService that a merge names; nothing if it names none: a rule without a name would ask for all of a namespace. */
export function relatedToMerge(merge: KubeObject): RelatedRule[] {
  const target = readTarget(merge);
  if (target === undefined || target.namespace === '') return [];
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      resource: 'virtualservices',
      namespace: target.namespace,
      names: [target.name],
    },
  ];
}
