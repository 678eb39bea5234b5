import type { HTTPMatchRequest, StringMatch } from './types.ts';

type StringMatches = Readonly<Record<string, StringMatch>>;

/**
 * The matches of a delegate's route combined with those of the root's route: each entry of the delegate is joined with
 * each entry of the root that it does not contradict. Undefined when one entry contradicts all of the root's: then
 * Istio drops the delegate's route as a whole. Gateway names must be full names.
 * Source: mergeHTTPMatchRequests in istio `pilot/pkg/model/virtualservice.go`.
 */
export function mergeMatches(
  root: readonly HTTPMatchRequest[],
  delegate: readonly HTTPMatchRequest[],
): readonly HTTPMatchRequest[] | undefined {
  if (root.length === 0) return delegate;
  if (delegate.length === 0) return root;
  const merged = delegate.map((leaf) =>
    root
      .filter((entry) => contradiction(entry, leaf) === undefined)
      .map((entry) => mergeMatch(entry, leaf)),
  );
  return merged.every((entries) => entries.length > 0) ? merged.flat() : undefined;
}

/** For the same header, label or field, the delegate's condition replaces the root's. */
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

/** In protobuf an empty value is the same as an absent one. So it does not replace the root's value. */
function withoutZeros(leaf: HTTPMatchRequest): HTTPMatchRequest {
  const isZero = (value: unknown) => !value || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(leaf).filter(([, value]) => !isZero(value)));
}

/**
 * The first field (a path within a match entry) in which a delegate's entry contradicts the root's; undefined when the
 * two can be joined.
 * If the root matches a header by regex or by presence, any condition of the delegate on it is a contradiction, even a
 * narrower one. So is a delegate's entry without the root's `ignoreUriCase` or `sourceNamespace`.
 * Source: hasConflict and stringMatchConflict in the same file.
 */
export function contradiction(root: HTTPMatchRequest, leaf: HTTPMatchRequest): string | undefined {
  return (
    (['uri', 'scheme', 'method', 'authority'] as const).find((field) =>
      stringsContradict(root[field], leaf[field]),
    ) ??
    (['headers', 'withoutHeaders', 'queryParams'] as const)
      .flatMap((field) => contraryKeys(root[field] ?? {}, leaf[field] ?? {}, field))
      .at(0) ??
    (Boolean(root.ignoreUriCase) === Boolean(leaf.ignoreUriCase) ? undefined : 'ignoreUriCase') ??
    sourceContradiction(root, leaf)
  );
}

/** A delegate must repeat the root's sourceNamespace. A port or a label may be set on either side alone. */
function sourceContradiction(root: HTTPMatchRequest, leaf: HTTPMatchRequest): string | undefined {
  const { port = 0, sourceNamespace = '', sourceLabels = {}, gateways = [] } = root;
  if (port && leaf.port && port !== leaf.port) return 'port';
  if (sourceNamespace !== '' && sourceNamespace !== leaf.sourceNamespace) return 'sourceNamespace';
  const label = Object.entries(leaf.sourceLabels ?? {}).find(
    ([key, value]) => Object.hasOwn(sourceLabels, key) && sourceLabels[key] !== value,
  );
  if (label) return `sourceLabels.${label[0]}`;
  return gatewaysContradict(gateways, leaf.gateways ?? []) ? 'gateways' : undefined;
}

function gatewaysContradict(root: readonly string[], leaf: readonly string[]): boolean {
  if (root.length === 0) return false;
  return root.length < leaf.length || leaf.some((gateway) => !root.includes(gateway));
}

/** Keys are compared as written; so are header names. */
function contraryKeys(root: StringMatches, leaf: StringMatches, field: string): string[] {
  return Object.entries(leaf)
    .filter(([key, match]) => Object.hasOwn(root, key) && stringsContradict(root[key], match))
    .map(([key]) => `${field}.${key}`);
}

/** The delegate's value is known to be narrower only if it starts with the root's prefix or equals its exact value. */
function stringsContradict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (!root || !leaf) return false;
  if (root.exact) return leaf.exact !== root.exact;
  const literal = leaf.prefix || leaf.exact;
  return !root.prefix || !literal?.startsWith(root.prefix);
}
