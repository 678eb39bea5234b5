import type { Kind } from '../../hooks/kind.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';
import { meshIndexController } from './controller.ts';

/**
 * Not optional: its hooks are served whatever the settings are, and `--indexed-namespaces` decides whether there is a controller
 * that calls them. While pods with and without that flag run side by side, each of them answers.
 */
export const MESH_INDEX = {
  name: 'mesh-index',
  isOptional: false,
  crds: [{ name: 'meshindexes.riskified.com' }],
  flags: { indexedNamespaces: CLUSTER_FLAGS.indexedNamespaces },
  controller: ({ indexedNamespaces }) =>
    indexedNamespaces.length === 0 ? undefined : meshIndexController(indexedNamespaces),
  hooks: async () => (await import('./hooks.ts')).MESH_INDEX_HOOKS,
} as const satisfies Kind<Pick<ClusterSettings, 'indexedNamespaces'>>;
