import type { DecoratorDefinition } from '../../hooks/controller.ts';

/** Selects the indexed Namespaces by their name, which every Namespace has as a label. */
export function meshIndexController(indexedNamespaces: readonly string[]): DecoratorDefinition {
  const key = 'kubernetes.io/metadata.name';
  const values = [...indexedNamespaces];
  const labelSelector = { matchExpressions: [{ key, operator: 'In' as const, values }] };
  return {
    kind: 'DecoratorController',
    name: 'mesh-index',
    resources: [{ apiVersion: 'v1', resource: 'namespaces', labelSelector }],
    attachments: [{ apiVersion: 'riskified.com/v1alpha1', resource: 'meshindexes' }],
    hooks: { customize: '/mesh-index/customize', sync: '/mesh-index/sync' },
  };
}
