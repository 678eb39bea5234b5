import { canonicalJson } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { noKeys, strategicKeys } from '../api-server/list-keys.ts';
import { mergePatch } from '../api-server/merge-patch.ts';
import { threeWayMerge } from '../api-server/three-way-merge.ts';
import type { ApiServer, Client, ObjectKey } from '../api-server/types.ts';
import type { Propagation } from '../api-server/write-rules.ts';
import type { Discovery } from '../discovery.ts';
import { isMap, type LocalObject, toJson } from '../object.ts';

/** Any object; typed kinds and literals with a spec alike. */
export type Manifest = KubeObject | LocalObject;

/** What a person or a tool does to the cluster; kinds are named `Deployment` or `deployments`. */
export interface User {
  create(object: Manifest): Promise<LocalObject>;
  /** `kubectl apply`: client-side, with its own last-applied annotation. */
  apply(object: Manifest): Promise<LocalObject>;
  /** `kubectl apply --server-side --field-manager=…`, a conflict unless forced. */
  serverSideApply(
    object: Manifest,
    manager?: string,
    options?: { force?: boolean },
  ): Promise<LocalObject>;
  /** `kubectl replace`: the object is exactly as in the manifest afterwards. */
  replace(object: Manifest): Promise<LocalObject>;
  /** `kubectl patch --type=merge`; also good for labels, annotations and scaling. */
  patch(
    kind: string,
    namespace: string | undefined,
    name: string,
    patch: object,
  ): Promise<LocalObject>;
  /** Resolves to undefined when the object is gone at once. */
  delete(
    kind: string,
    namespace: string | undefined,
    name: string,
    options?: { propagation?: Propagation },
  ): Promise<LocalObject | undefined>;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export function objectKey(
  kinds: Discovery,
  kindName: string,
  namespace: string | undefined,
  name: string,
): ObjectKey {
  const kind = kinds.kindNamed(kindName);
  return { kind, namespace: kind.namespaced ? namespace || 'default' : undefined, name };
}

/** The manifest with itself in an annotation: how the next `kubectl apply` knows what to remove. */
function withLastApplied(api: ApiServer, manifest: LocalObject): LocalObject {
  const { [LAST_APPLIED]: _, ...annotations } = manifest.metadata.annotations ?? {};
  const { namespace } = api.keyOf(manifest);
  const metadata = { ...manifest.metadata, annotations, ...(namespace && { namespace }) };
  const { status: _status, ...rest } = manifest;
  const applied = `${canonicalJson({ ...rest, metadata })}\n`;
  return {
    ...rest,
    metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: applied } },
  };
}

function lastApplied(live: LocalObject): Record<string, unknown> {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  const applied: unknown = text === undefined ? {} : JSON.parse(text);
  return isMap(applied) ? applied : {};
}

export function createUser(api: ApiServer, user: string): User {
  const client = (manager: string): Client => ({ user, manager, named: true });
  return {
    create: async (object) =>
      toJson(await api.create(client('kubectl-create'), toJson(object) as LocalObject)),
    apply: async (object) => {
      const by = client('kubectl-client-side-apply');
      const manifest = withLastApplied(api, toJson(object) as LocalObject);
      const key = api.keyOf(manifest);
      if (!api.find(key)) return toJson(await api.create(by, manifest));
      const keys = key.kind.builtIn ? strategicKeys : noKeys;
      const applied = await api.patch(
        by,
        key,
        (live) => threeWayMerge(live, lastApplied(live), manifest, keys) as LocalObject,
      );
      return toJson(applied);
    },
    serverSideApply: async (object, manager = 'kubectl', { force = false } = {}) =>
      toJson(await api.apply(client(manager), toJson(object) as LocalObject, force)),
    replace: async (object) => {
      const manifest = toJson(object) as LocalObject;
      const { resourceVersion } = api.get(api.keyOf(manifest)).metadata;
      const metadata = { resourceVersion: resourceVersion ?? '', ...manifest.metadata };
      return toJson(await api.update(client('kubectl-replace'), { ...manifest, metadata }));
    },
    patch: async (kind, namespace, name, patch) => {
      const key = objectKey(api.kinds, kind, namespace, name);
      const change = (live: LocalObject) => mergePatch(live, toJson(patch)) as LocalObject;
      return toJson(await api.patch(client('kubectl-patch'), key, change));
    },
    delete: async (kind, namespace, name, { propagation = 'Background' } = {}) => {
      const key = objectKey(api.kinds, kind, namespace, name);
      const left = await api.delete(client('kubectl'), key, { propagation });
      return left && toJson(left);
    },
  };
}
