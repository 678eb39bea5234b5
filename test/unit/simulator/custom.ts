import type { ControllerDefinition } from '../../../src/hooks/controller.ts';
import {
  type Cluster,
  createCluster,
  type LocalClusterOptions,
} from '../../../src/simulator/cluster.ts';
import { definedKind } from '../../../src/simulator/discovery.ts';
import type { ServedKind } from '../../../src/simulator/kinds.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import type { HookBody } from './scripted.ts';

/** The path of a customize hook that asks for no objects. */
export const CUSTOMIZE = '/nothing/customize';

/** Hooks as plain functions, by their paths. */
export type Hooks = Record<string, (body: HookBody) => object>;

export interface Custom {
  cluster: Cluster;
  /** The bodies that a hook received, in order. */
  bodies(path: string): HookBody[];
}

/** A cluster with only these controllers. Their hooks are functions; a hook that is missing answers 404. */
export function custom(
  controllers: readonly ControllerDefinition[],
  hooks: Hooks,
  options: Partial<LocalClusterOptions> = {},
): Custom {
  const calls: { url: string; body: HookBody }[] = [];
  const cluster = createCluster({
    controllers,
    served: [WIDGET, BOX],
    strategy: 'dynamic-apply',
    inject: async ({ url, body }) => {
      calls.push({ url, body: structuredClone(body) as HookBody });
      const hook = url === CUSTOMIZE ? () => ({ relatedResources: [] }) : hooks[url];
      if (!hook) return { statusCode: 404, body: '' };
      return { statusCode: 200, body: JSON.stringify(hook(body as HookBody)) };
    },
    ...options,
  });
  const bodies = (path: string) => calls.filter(({ url }) => url === path).map(({ body }) => body);
  return { cluster, bodies };
}

function defined(kind: string, plural: string, scope: 'Namespaced' | 'Cluster'): ServedKind {
  const version = { served: true, schema: { openAPIV3Schema: {} } };
  const versions = [
    { ...version, name: 'v1beta1', storage: false },
    { ...version, name: 'v1', storage: true },
    { ...version, name: 'v1alpha1', storage: false, served: false },
  ];
  return definedKind({
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope, names: { kind, plural }, versions },
  });
}

/** A namespaced kind that src/ does not know. */
const WIDGET = defined('Widget', 'widgets', 'Namespaced');
/** A cluster-scoped kind that src/ does not know. */
const BOX = defined('Box', 'boxes', 'Cluster');

export function widget(spec: Record<string, unknown> = {}, name = 'one'): LocalObject {
  const metadata = { name, namespace: 'shop' };
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata, spec };
}

/** A ConfigMap without a namespace: it is created in the namespace of its parent. */
export function configMap(name: string, data: Record<string, string> = {}): LocalObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}
