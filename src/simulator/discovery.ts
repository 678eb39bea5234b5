import type { CustomResourceDefinition } from '../crd/types.ts';
import type { Resource } from '../hooks/controller.ts';
import { COMMON_KINDS } from './common-kinds.ts';
import { ApiError } from './errors.ts';
import { type ServedKind, splitApiVersion } from './kinds.ts';

/** What a cluster serves. The methods return the same `ServedKind` for the same resource, so that kinds can be compared with `===`. */
export interface Discovery {
  /** By kind, as for an object that is written; throws an ApiError (404) when it is not served. */
  kindOf(object: { apiVersion: string; kind: string }): ServedKind;
  /** By plural, as in a related rule; undefined: not served. */
  resourceOf(apiVersion: string, resource: string): ServedKind | undefined;
  /**
   * By kind (`Deployment`) or plural (`deployments`), as on a command line, also with the group (`deployments.apps`); throws an ApiError
   * (404).
   */
  kindNamed(name: string): ServedKind;
}

function serves(kind: ServedKind, version: string): boolean {
  return kind.version === version || kind.alsoServed.includes(version);
}

/** `own`: kinds beside the common ones, such as those of a service's CustomResourceDefinitions. */
export function createDiscovery(own: readonly ServedKind[]): Discovery {
  const kinds = [...COMMON_KINDS, ...own];
  const find = (
    apiVersion: string,
    matches: (kind: ServedKind) => boolean,
  ): ServedKind | undefined => {
    const { group, version } = splitApiVersion(apiVersion);
    return kinds.find((kind) => kind.group === group && serves(kind, version) && matches(kind));
  };
  return {
    kindOf: ({ apiVersion, kind }) => {
      const found = find(apiVersion, (candidate) => candidate.kind === kind);
      if (found) return found;
      const what = `kind "${kind}" in version "${apiVersion}"`;
      throw new ApiError(404, 'NotFound', `no matches for ${what}`);
    },
    resourceOf: (apiVersion, resource) =>
      find(apiVersion, (candidate) => candidate.resource === resource),
    kindNamed: (name) => {
      const found = kinds.find(({ kind, resource, group }) =>
        [kind, resource, `${kind}.${group}`, `${resource}.${group}`].includes(name),
      );
      if (found) return found;
      throw new ApiError(404, 'NotFound', `the server doesn't have a resource type "${name}"`);
    },
  };
}

/** The resource that a definition or a related rule names; an error when it is not served, as Metacontroller has it. */
export function servedKind(kinds: Discovery, { apiVersion, resource }: Resource): ServedKind {
  const kind = kinds.resourceOf(apiVersion, resource);
  if (kind) return kind;
  throw new Error(`discovery: can't find resource ${resource} in apiVersion ${apiVersion}`);
}

/** The kind that a CustomResourceDefinition defines; all its versions are taken to have the same schema. */
export function definedKind({ metadata, spec }: CustomResourceDefinition): ServedKind {
  const { group, names, scope, versions } = spec;
  const stored = versions.find(({ storage }) => storage);
  if (!stored) {
    throw new Error(`CustomResourceDefinition ${metadata.name}: spec.versions: none is stored`);
  }
  const others = versions.filter((version) => version.served && version !== stored);
  return {
    group,
    version: stored.name,
    kind: names.kind,
    resource: names.plural,
    namespaced: scope === 'Namespaced',
    alsoServed: others.map(({ name }) => name),
    builtIn: false,
    hasGeneration: true,
  };
}
