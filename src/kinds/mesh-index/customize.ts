import { NOT_OURS } from '../../api/marks.ts';
import type { RelatedRule } from '../../hooks/types.ts';

/** The objects that are kept in a namespace's index. */
export function relatedToNamespace(namespace: string): RelatedRule[] {
  return [
    { apiVersion: 'v1', resource: 'services', namespace },
    {
      apiVersion: 'networking.istio.io/v1',
      resource: 'destinationrules',
      namespace,
      labelSelector: NOT_OURS,
    },
  ];
}
