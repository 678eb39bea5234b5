import type { HTTPMatchRequest, StringMatch } from './types.ts';

type StringMatches = Readonly<Record<string, StringMatch>>;

/**
 * The matches of a delegate's route under those of the root's route: each entry of the delegate joined with each entry
 * of the root that it does not contradict. Undefined when an entry contradicts all of the root's: then Istio drops the
 * delegate's route as a whole. Gateway names have to be full names by then.
 * Source: mergeHTTPMatchRequests in istio `pilot/pkg/model/virtualservice.go`.
 */
export function mergeMatches(
  root: readonly HTTPMatchRequest[],
  delegate: readonly HTTPMatchRequest[],
): readonly HTTPMatchRequest[] | undefined {
  if (root.length === 0) return delegate;
  if (delegate.length === 0) return root;
  const merged = delegate.map((leaf) =>
    root.filter((entry) => !contradicts(entry, leaf)).map((entry) => mergeMatch(entry, leaf)),
  );
  return merged.every((entries) => entries.length > 0) ? merged.flat() : undefined;
}

/** The delegate's conditions go before the root's on the same thing. */
function mergeMatch(root: HTTPMatchRequest, leaf: HTTPMatchRequest): HTTPMatchRequest {
  const name = [root.name, leaf.name].filter(Boolean).join('-');
  return {
    ...root,
    ...withoutZeros(leaf),
    ...(name ? { name } : {}),
    headers: { ...root.headers, ...leaf.headers },
    withoutHeaders: { ...root.withoutHeaders, ...leaf.withoutHeaders },
    queryParams: { ...root.queryParams, ...leaf.queryParams },
    sourceLabels: { ...root.sourceLabels, ...leaf.sourceLabels },
  };
}

/** Protobuf cannot tell an empty value from none: neither replaces what the root says. */
function withoutZeros(leaf: HTTPMatchRequest): HTTPMatchRequest {
  const isZero = (value: unknown) => !value || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(leaf).filter(([, value]) => !isZero(value)));
}

function contradicts(root: HTTPMatchRequest, leaf: HTTPMatchRequest): boolean {
  return (
    (['uri', 'scheme', 'method', 'authority'] as const).some((field) =>
      stringsContradict(root[field], leaf[field]),
    ) ||
    (['headers', 'withoutHeaders', 'queryParams'] as const).some((field) =>
      mapsContradict(root[field] ?? {}, leaf[field] ?? {}),
    ) ||
    Boolean(root.ignoreUriCase) !== Boolean(leaf.ignoreUriCase) ||
    sourcesContradict(root, leaf)
  );
}

/** The root's namespace has to be repeated by the delegate; a port or a label may be left to either side. */
function sourcesContradict(root: HTTPMatchRequest, leaf: HTTPMatchRequest): boolean {
  const { port = 0, sourceNamespace = '', sourceLabels = {}, gateways = [] } = root;
  return (
    (Boolean(port) && Boolean(leaf.port) && port !== leaf.port) ||
    (sourceNamespace !== '' && sourceNamespace !== leaf.sourceNamespace) ||
    Object.entries(leaf.sourceLabels ?? {}).some(
      ([key, value]) => Object.hasOwn(sourceLabels, key) && sourceLabels[key] !== value,
    ) ||
    gatewaysContradict(gateways, leaf.gateways ?? [])
  );
}

function gatewaysContradict(root: readonly string[], leaf: readonly string[]): boolean {
  if (root.length === 0) return false;
  return root.length < leaf.length || leaf.some((gateway) => !root.includes(gateway));
}

/** Keys are compared as written here, header names too. */
function mapsContradict(root: StringMatches, leaf: StringMatches): boolean {
  return Object.entries(leaf).some(
    ([key, match]) => Object.hasOwn(root, key) && stringsContradict(root[key], match),
  );
}

/** Only text that starts with the root's prefix, or equals its exact value, is known to stay within it. */
function stringsContradict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (!root || !leaf) return false;
  if (root.exact) return leaf.exact !== root.exact;
  const literal = leaf.prefix || leaf.exact;
  return !root.prefix || !literal?.startsWith(root.prefix);
}
