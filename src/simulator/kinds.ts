/** One served resource: what discovery says about it. */
export interface ServedKind {
  group: string;
  /** The version objects are stored and read in. */
  version: string;
  kind: string;
  /** Plural, lower case. */
  resource: string;
  namespaced: boolean;
  /** Older versions with the same schema: accepted, converted to `version`. */
  alsoServed: readonly string[];
  /** Built into the API server, not a CustomResourceDefinition: has defaults and keyed lists. */
  builtIn: boolean;
  /** Has metadata.generation. */
  hasGeneration: boolean;
}

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps "backend"`: how the API server names an object in its errors. */
export function describe(kind: ServedKind, name: string): string {
  return `${kind.resource}${kind.group === '' ? '' : `.${kind.group}`} "${name}"`;
}

export function groupKey(apiVersion: string, kind: string): string {
  return `${kind}.${apiVersion}`;
}
