import type { KubeObject } from '../../../src/k8s/object.ts';

/** A kind of the API server, and the path of its collection. */
export interface Collection {
  apiVersion: string;
  kind: string;
  /** Name for kubectl: `plural.group`. */
  resource: string;
  /** Path of the collection with the objects of all namespaces. */
  path: string;
}

function collection(group: string, version: string, kind: string, plural: string): Collection {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const root = group === '' ? `/api/${version}` : `/apis/${apiVersion}`;
  const resource = group === '' ? plural : `${plural}.${group}`;
  return { apiVersion, kind, resource, path: `${root}/${plural}` };
}

/** The kinds that scenarios use. */
export const COLLECTIONS: readonly Collection[] = [
  collection('', 'v1', 'Namespace', 'namespaces'),
  collection('', 'v1', 'Service', 'services'),
  collection('apps', 'v1', 'Deployment', 'deployments'),
  collection('apps', 'v1', 'StatefulSet', 'statefulsets'),
  collection('networking.istio.io', 'v1', 'VirtualService', 'virtualservices'),
  collection('networking.istio.io', 'v1', 'DestinationRule', 'destinationrules'),
  collection('riskified.com', 'v1alpha1', 'Environment', 'environments'),
  collection('riskified.com', 'v1alpha1', 'DynamicEnv', 'dynamicenvs'),
  collection('riskified.com', 'v1alpha1', 'RouteInjection', 'routeinjections'),
  collection('riskified.com', 'v1alpha1', 'Subscriber', 'subscribers'),
  collection('riskified.com', 'v1alpha1', 'MeshIndex', 'meshindexes'),
  collection('istiomerger.monime.sl', 'v1alpha1', 'VirtualServiceMerge', 'virtualservicemerges'),
  collection('istiomerge.monime.sl', 'v1alpha1', 'VirtualServiceMerge', 'virtualservicemerges'),
  collection('env.alibaba.com', 'v1alpha2', 'VirtualEnvironment', 'virtualenvironments'),
];

/** `kind`: may have its group, as in `VirtualServiceMerge.istiomerge.monime.sl`. Without it, the first group of that kind. */
export function collectionOf(kind: string): Collection {
  const found = COLLECTIONS.find((collection) => isNamed(collection, kind));
  if (found === undefined) throw new Error(`COLLECTIONS has no kind ${kind}: add it there`);
  return found;
}

/** Is this the name of the collection's kind, with or without its group? */
export function isNamed({ kind: own, apiVersion }: Collection, kind: string): boolean {
  return [own, `${own}.${apiVersion.split('/')[0]}`].includes(kind);
}

/** The collection of an object. Two groups may have one kind, so its `kind` alone does not tell. */
export function collectionWith({ kind, apiVersion }: Pick<KubeObject, 'kind' | 'apiVersion'>) {
  const found = COLLECTIONS.find((own) => own.kind === kind && own.apiVersion === apiVersion);
  if (found === undefined) throw new Error(`COLLECTIONS has no ${kind} of ${apiVersion}: add it`);
  return found;
}
