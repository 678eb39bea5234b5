import type { DecoratorDefinition } from '../../hooks/controller.ts';

/** The DecoratorController for the indexed Namespaces. It selects them by the label that every Namespace has. */
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
