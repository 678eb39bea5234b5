/** The owner of routes, notes and injections: one env's Deployment, for one service host. */
export interface Owner {
  env: string;
  deployment: { namespace: string; name: string };
  host: string;
}

export function isSameOwner(a: Owner, b: Owner): boolean {
  return ownerKey(a) === ownerKey(b);
}

/** Those of a list that belong to an owner, in the list's order. */
export type ByOwner<T> = (owner: Owner) => readonly T[];

/** An index by owner: each env looks up its own items. */
export function groupByOwner<T>(items: readonly T[], ownerOf: (item: T) => Owner): ByOwner<T> {
  if (items.length === 0) return () => [];
  const groups = Map.groupBy(items, (item) => ownerKey(ownerOf(item)));
  return (owner) => groups.get(ownerKey(owner)) ?? [];
}

/** Host names and Kubernetes names contain no spaces. */
export function ownerKey({ env, deployment, host }: Owner): string {
  return `${env} ${deployment.namespace} ${deployment.name} ${host}`;
}
