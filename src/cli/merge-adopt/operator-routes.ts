import { targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { isMap, type JsonMap } from '../../k8s/json-map.ts';
import { qualifiedName } from '../../simulator/object.ts';
import { isNumberedRoute, operatorNames } from './operator-names.ts';
import { contentOf } from './route-content.ts';
import { canHaveMarker, hasMarker, isTakenOver } from './taken-over.ts';

export type RouteList = 'http' | 'tcp' | 'tls';

/** A route of a VirtualService that has to do with merges. */
export interface FoundRoute {
  list: RouteList;
  /** Its place in the list. */
  index: number;
  route: JsonMap;
  /** The merges, as `namespace/name`. */
  merges: string[];
  /** Why it may be somebody else's, and stays; undefined: the operator wrote it. */
  doubt?: string;
}

/** The routes in a VirtualService that the operator wrote, or may have written, in their order. */
export function operatorRoutes(
  virtualService: VirtualService,
  merges: readonly VirtualServiceMerge[],
): FoundRoute[] {
  const here = merges.filter((merge) => targetOf(merge) === qualifiedName(virtualService));
  const elsewhere = merges.filter((merge) => !here.includes(merge));
  return [
    ...httpRoutes(virtualService, here, elsewhere),
    ...(['tcp', 'tls'] as const).flatMap((list) => namelessRoutes(virtualService, list, here)),
  ];
}

/** A route that a merge asks for. */
interface Wanted {
  merge: VirtualServiceMerge;
  names: [string, ...string[]];
  content: JsonMap;
  isFound: boolean;
}

function wantedHttp(merges: readonly VirtualServiceMerge[]): Wanted[] {
  return merges.flatMap((merge) => {
    const routes = mapsOf(merge.spec?.patch?.http);
    return routes.map((route, index) => {
      const place = { index, count: routes.length };
      const names = operatorNames(merge.metadata.name, route['name'], place);
      return { merge, names, content: contentOf(route, true), isFound: false };
    });
  });
}

function httpRoutes(
  virtualService: VirtualService,
  here: readonly VirtualServiceMerge[],
  elsewhere: readonly VirtualServiceMerge[],
): FoundRoute[] {
  const wanted = wantedHttp(here);
  const moved = wantedHttp(elsewhere);
  return mapsOf(virtualService.spec?.http).flatMap((route, index): FoundRoute[] => {
    const { name } = route;
    if (typeof name !== 'string') return [];
    const content = contentOf(route, true);
    const found = { list: 'http', index, route } as const;
    const isSame = (one: Wanted) => one.names.includes(name) && jsonEqual(one.content, content);
    const [first] = wanted.filter((one) => !one.isFound && isSame(one));
    if (first !== undefined) {
      first.isFound = true;
      return [{ ...found, merges: [qualifiedName(first.merge)] }];
    }
    const doubtful = (of: readonly VirtualServiceMerge[], doubt: string): FoundRoute[] =>
      of.length === 0 ? [] : [{ ...found, merges: [...new Set(of.map(qualifiedName))], doubt }];
    const namesakes = wanted.filter(({ names: [given] }) => given === name);
    if (namesakes.length > 0) {
      const doubt = namesakes.some(isSame) ? SECOND : OTHER_CONTENT;
      return doubtful(
        namesakes.map(({ merge }) => merge),
        doubt,
      );
    }
    const stale = here.filter(({ metadata }) => isNumberedRoute(name, metadata.name));
    if (stale.length > 0) return doubtful(stale, STALE);
    return doubtful(
      moved.filter(isSame).map(({ merge }) => merge),
      MOVED,
    );
  });
}

const OTHER_CONTENT = 'it has the name of a merged route, but another content';
const SECOND = 'it is a second route of that name and content';
const STALE = 'it has a name of an earlier version of the merge, which has no such route now';
const MOVED =
  'it equals a route of the merge, whose target is another VirtualService: perhaps it was this one before';
const SAME_PORT = 'it is for the port of a merged route, but has another content';

/** Routes of `tcp` and `tls` have no names: the operator takes those with a port in common for the same. */
function namelessRoutes(
  virtualService: VirtualService,
  list: 'tcp' | 'tls',
  merges: readonly VirtualServiceMerge[],
): FoundRoute[] {
  const wanted = merges.flatMap((merge) =>
    mapsOf(merge.spec?.patch?.[list]).map((route) => ({
      merge,
      content: contentOf(route, false),
      ports: portsOf(route),
    })),
  );
  const unmarked = new Set<JsonMap>();
  return mapsOf(virtualService.spec?.[list]).flatMap((route, index): FoundRoute[] => {
    const content = contentOf(route, false);
    const same = wanted.filter((one) => jsonEqual(one.content, content));
    const found = { list, index, route };
    const [first] = same;
    if (first !== undefined) {
      const isOurs =
        !canHaveMarker(route) &&
        !unmarked.has(first.content) &&
        isTakenOver(virtualService, first.merge, list);
      unmarked.add(first.content);
      return isOurs ? [] : [{ ...found, merges: namesOf(same) }];
    }
    if (hasMarker(route)) return [];
    const near = wanted.filter(({ ports }) => portsOf(route).some((port) => ports.includes(port)));
    return near.length === 0 ? [] : [{ ...found, merges: namesOf(near), doubt: SAME_PORT }];
  });
}

function namesOf(wanted: readonly { merge: VirtualServiceMerge }[]): string[] {
  return [...new Set(wanted.map(({ merge }) => qualifiedName(merge)))];
}

/** No port is port 0, as the operator compares them. */
function portsOf(route: JsonMap): unknown[] {
  return mapsOf(route['match']).map(({ port }) => port ?? 0);
}

function mapsOf(value: unknown): JsonMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}
