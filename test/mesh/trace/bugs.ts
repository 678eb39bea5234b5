import { evaluate, type Mesh } from '../../../src/istio/evaluate.ts';
import type { HTTPMatchRequest, StringMatch, VirtualService } from '../../../src/istio/types.ts';
import type { Evaluate } from './expectation.ts';

type StringMatches = Record<string, StringMatch> | undefined;

/**
 * Evaluators with a bug. Each one changes the mesh and then calls the correct evaluator: the result is what an
 * evaluator with the bug would return for the unchanged mesh.
 */
export const BUGS: Readonly<Record<string, Evaluate>> = {
  'header names are compared as written': withMatches(({ headers, ...match }) => ({
    ...match,
    ...(headers ? { headers: renamed(headers) } : {}),
  })),
  'of several VirtualServices the last one wins': withVirtualServices((vs) => {
    const time = Date.parse(vs.metadata.creationTimestamp ?? '');
    const creationTimestamp = new Date(Number.MAX_SAFE_INTEGER / 4096 - time).toISOString();
    return { ...vs, metadata: { ...vs.metadata, creationTimestamp } };
  }),
  'withoutHeaders does not count': withMatches(({ withoutHeaders: _, ...match }) => match),
  'a prefix may be anywhere': withStrings(({ prefix, ...match }) =>
    prefix === undefined ? match : { regex: `.*\\Q${prefix}\\E.*` },
  ),
  'a regex need not fit the whole value': withStrings((match) =>
    match.regex === undefined || match.regex === '*' ? match : { regex: `.*(${match.regex}).*` },
  ),
  'ignoreUriCase does not count': withMatches(({ ignoreUriCase: _, ...match }) => match),
  'exportTo of VirtualServices does not count': withVirtualServices((vs) => {
    const { exportTo: _, ...spec } = vs.spec;
    return { ...vs, spec };
  }),
  "DestinationRules of the callers' namespaces do not count": (request, mesh) => {
    const homes = mesh.services.map(({ namespace }) => namespace);
    const destinationRules = mesh.destinationRules.filter(({ metadata }) =>
      homes.includes(metadata.namespace ?? ''),
    );
    return evaluate(request, { ...mesh, destinationRules });
  },
};

function withVirtualServices(change: (vs: VirtualService) => VirtualService): Evaluate {
  const changed = new WeakMap<Mesh, Mesh>();
  return (request, mesh) => {
    const other = changed.get(mesh) ?? {
      ...mesh,
      virtualServices: mesh.virtualServices.map(change),
    };
    changed.set(mesh, other);
    return evaluate(request, other);
  };
}

function withMatches(change: (match: HTTPMatchRequest) => HTTPMatchRequest): Evaluate {
  return withVirtualServices((vs) => ({
    ...vs,
    spec: {
      ...vs.spec,
      http: (vs.spec.http ?? []).map((route) =>
        route.match ? { ...route, match: route.match.map(change) } : route,
      ),
    },
  }));
}

function withStrings(change: (match: StringMatch) => StringMatch): Evaluate {
  const all = (matches: StringMatches) =>
    matches &&
    Object.fromEntries(Object.entries(matches).map(([name, match]) => [name, change(match)]));
  return withMatches((match) => {
    const { uri, headers, queryParams } = match;
    const changed = {
      uri: uri && change(uri),
      headers: all(headers),
      queryParams: all(queryParams),
    };
    const set = Object.entries(changed).filter(([, value]) => value !== undefined);
    return { ...match, ...Object.fromEntries(set) };
  });
}

/**
 * Renames the headers that are not written in lower case to a name that no request has. An evaluator that compares
 * header names as they are written never finds these headers either.
 */
function renamed(headers: Record<string, StringMatch>): Record<string, StringMatch> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, match]) => [
      name === name.toLowerCase() ? name : `not-${name.toLowerCase()}`,
      match,
    ]),
  );
}
