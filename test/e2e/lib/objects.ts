import type { LocalObject } from '../../../src/simulator/object.ts';
import type { Api } from '../control-plane/api.ts';
import { COLLECTIONS, type Collection } from './kinds.ts';

interface List {
  metadata: { resourceVersion: string };
  items: LocalObject[];
}

/** All objects of one kind. Items of a list have no `kind` and `apiVersion`; this adds them. */
export async function listOf(api: Api, { path, apiVersion, kind }: Collection): Promise<List> {
  const { metadata, items } = await api.call<List>('GET', path);
  return { metadata, items: items.map((item) => ({ ...item, apiVersion, kind })) };
}

/** All objects of the kinds that scenarios use, as they are stored now. */
export async function allObjects(api: Api): Promise<LocalObject[]> {
  const lists = await Promise.all(COLLECTIONS.map((collection) => listOf(api, collection)));
  return lists.flatMap(({ items }) => items);
}

/** The resource version of the latest write of any kind. */
export async function latestVersion(api: Api): Promise<number> {
  const { metadata } = await api.call<List>('GET', '/api/v1/namespaces?limit=1');
  return Number(metadata.resourceVersion);
}
