import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Cluster } from '../../../src/simulator/cluster.ts';
import { ApiError } from '../../../src/simulator/errors.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { type BaseVariant, base, FIRST, meshObject } from './manifests.ts';
import type { BaseChange, Step, Writer } from './steps.ts';

/** One write of a user. On the cluster and on its twin it must have the same result. */
export type Write = (cluster: Cluster) => Promise<unknown>;

/** What a user remembers between steps: the current variant of each base, and saved copies. */
export interface Notebook {
  bases: Map<string, BaseVariant>;
  copies: Map<Cluster, Map<string, LocalObject>>;
}

export function createNotebook(): Notebook {
  return { bases: new Map(), copies: new Map() };
}

/** `ok`, or the reason of the API server's refusal. */
export async function outcomeOf(write: Write, cluster: Cluster): Promise<string> {
  try {
    await write(cluster);
    return 'ok';
  } catch (error) {
    if (error instanceof ApiError) return error.reason;
    throw error;
  }
}

/** The writes of a step; empty if the step is not a user's write to their own objects. */
export function writesOf(step: Step, notebook: Notebook): Write[] {
  switch (step.do) {
    case 'base':
      return baseWrites(step, notebook);
    case 'mesh':
      return write(meshObject(step.kind, step.name, step.variant), step.by);
    case 'remove':
      return [remove(meshObject(step.kind, step.name, 0))];
    case 'save':
    case 'restore':
      return [copying(step, notebook)];
    default:
      return [];
  }
}

function remove({ kind, metadata }: KubeObject): Write {
  return (cluster) => cluster.as().delete(kind, metadata.namespace, metadata.name);
}

function write(object: KubeObject, by: Writer): Write[] {
  const { kind, metadata } = object;
  const { spec } = object as LocalObject;
  switch (by) {
    case 'apply':
      return [(cluster) => cluster.as().apply(object)];
    case 'argo':
      return [(cluster) => cluster.as('argo').serverSideApply(object, 'argocd', { force: true })];
    case 'replace':
      return [(cluster) => cluster.as().replace(object)];
    case 'patch':
      return [
        (cluster) =>
          cluster.as().patch(kind, metadata.namespace, metadata.name, {
            metadata: { labels: metadata.labels ?? {} },
            spec,
          }),
      ];
    case 'edit':
      return [(cluster) => edit(cluster, object)];
    case 'recreate':
      return [remove(object), (cluster) => cluster.as().create(object)];
  }
}

/** Reads, changes and writes the live object, so the user's write also contains everything that we added to it. */
async function edit(cluster: Cluster, { kind, metadata }: KubeObject): Promise<unknown> {
  const live = cluster.get(kind, metadata.namespace, metadata.name);
  if (live === undefined) return undefined;
  const labels = { ...live.metadata.labels, edited: 'yes' };
  return cluster.as().replace({ ...live, metadata: { ...live.metadata, labels } });
}

function baseWrites(step: Step & { do: 'base' }, { bases }: Notebook): Write[] {
  const { name, change, by } = step;
  const variant = changed(bases.get(name) ?? FIRST, change);
  bases.set(name, variant);
  const object = base(name, variant);
  if (change === 'delete') return [remove(object)];
  return write(object, change === 'selector' ? 'recreate' : by);
}

function changed(variant: BaseVariant, change: BaseChange): BaseVariant {
  if (change === 'delete' || change === 'restore') return variant;
  const next = (variant[change] + 1) % 3;
  return { ...variant, [change]: change === 'replicas' ? next + 1 : next };
}

/** Saves the complete live VirtualService, or writes a saved one back. */
function copying({ do: verb, name }: Step & { do: 'save' | 'restore' }, notebook: Notebook): Write {
  const namespace = name === 'front' ? 'edge' : 'shop';
  return async (cluster) => {
    const copies = notebook.copies.get(cluster) ?? new Map<string, LocalObject>();
    notebook.copies.set(cluster, copies);
    if (verb === 'save') {
      const live = cluster.get('VirtualService', namespace, name);
      if (live) copies.set(name, live);
      return undefined;
    }
    const copy = copies.get(name);
    if (copy === undefined) return undefined;
    const { resourceVersion: _version, uid: _uid, ...metadata } = copy.metadata;
    const manifest = { ...copy, metadata };
    const exists = cluster.get('VirtualService', namespace, name) !== undefined;
    return exists ? cluster.as().replace(manifest) : cluster.as().create(manifest);
  };
}
