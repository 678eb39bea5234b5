/**
 * Routes of merges and who refuses them. The mesh suite asks the API server, istiod and Envoy; the unit tests only our
 * own checks.
 */

/** The host of the VirtualService that a row's routes are merged into. Each row gets a host of its own in its place. */
export const OWN = 'own.example.com';

export interface Row {
  name: string;
  patch: { http?: unknown; tcp?: unknown; tls?: unknown };
  /** Default: OWN. */
  hosts?: readonly string[];
  /** Default: a gateway for http routes, the mesh for others. */
  gateways?: readonly string[];
  /** True if istiod sends nothing of it to the proxies of the mesh suite. */
  isUnseen?: true;
}

type Json = Record<string, unknown>;

export const TO = [{ destination: { host: 'reviews' } }];

/** The row, of which istiod sends nothing to the proxies of the mesh suite. */
export function unseen(row: Row): Row {
  return { ...row, isUnseen: true };
}

/** A row with one http route that has a destination, and these fields. */
export function route(name: string, fields: Json): Row {
  return { name, patch: { http: [{ route: TO, ...fields }] } };
}

/** A row with one http route that has these fields alone. */
export function bare(name: string, fields: unknown): Row {
  return { name, patch: { http: [fields] } };
}

/** A row with one http route that has this match entry. */
export function match(name: string, entry: unknown): Row {
  return route(name, { match: [entry] });
}

/** A row with one http route that has these destinations. */
export function targets(name: string, ...list: unknown[]): Row {
  return bare(name, { route: list });
}

export function headers(name: string, operations: Json): Row {
  return route(name, { headers: operations });
}

export function tcp(name: string, fields: Json): Row {
  return { name, patch: { tcp: [{ route: TO, ...fields }] } };
}

export function tls(name: string, fields: Json): Row {
  return { name, patch: { tls: [{ match: [{ sniHosts: [OWN] }], route: TO, ...fields }] } };
}

/** A tls row with one match entry. */
export function sni(name: string, entry: Json): Row {
  return tls(name, { match: [{ sniHosts: [OWN], ...entry }] });
}

/** Two tls routes with an entry each. */
export function overlap(name: string, one: object, other: object): Row {
  const tls = [one, other].map((entry) => ({ match: [entry], route: TO }));
  return { name, patch: { tls }, hosts: ['*.b.example'] };
}

/** Two tcp routes with subnets. */
export function subnets(name: string, one: string[], other: string[]): Row {
  const tcp = [one, other].map((list) => ({ match: [{ destinationSubnets: list }], route: TO }));
  return { name, patch: { tcp } };
}
