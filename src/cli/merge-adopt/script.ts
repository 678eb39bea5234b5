import { targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { qualifiedName } from '../../simulator/object.ts';
import { commentText } from '../common/shell.ts';
import { finalizerCommand, routesCommand } from './commands.ts';
import type { FoundRoute } from './operator-routes.ts';
import { isTakenOver } from './taken-over.ts';

export interface Found {
  virtualService: VirtualService;
  routes: FoundRoute[];
}

interface Findings {
  found: readonly Found[];
  merges: readonly VirtualServiceMerge[];
  virtualServices: readonly VirtualService[];
}

const BEFORE = `# Before you run this: stop the operator (it would write the routes again), and let DynamicEnv merge the same routes.
# A command fails ("The request is invalid") if what it takes out has changed since: then call merge-adopt again.`;

/** The script, with what was found as comments. */
export function scriptOf(
  { found, merges, virtualServices }: Findings,
  access: ClusterOptions,
): string {
  const held = merges.filter((merge) => finalizerCommand(merge, access) !== undefined);
  const all = found.flatMap(({ routes }) => routes);
  const clear = all.filter(({ doubt }) => doubt === undefined).length;
  const summary = `# VirtualServiceMerges: ${merges.length}; the operator's routes: ${clear}, its finalizers: ${held.length}; routes to look at: ${all.length - clear}`;
  const sections = [
    clear + held.length === 0 ? summary : `${summary}\n${BEFORE}\nset -e`,
    ...found.map((one) => virtualServiceSection(one, merges, access)),
    ...missingTargets(merges, virtualServices),
    ...held.map((merge) => {
      const leaving =
        merge.metadata.deletionTimestamp === undefined ? '' : ', which is being deleted';
      const title = `# VirtualServiceMerge ${nameOf(merge)}${leaving}: the operator's finalizer`;
      return `${title}\n${finalizerCommand(merge, access)}`;
    }),
  ];
  return `${sections.join('\n\n')}\n`;
}

function nameOf(object: VirtualService | VirtualServiceMerge): string {
  return commentText(qualifiedName(object));
}

function virtualServiceSection(
  { virtualService, routes }: Found,
  merges: readonly VirtualServiceMerge[],
  access: ClusterOptions,
): string {
  const clear = routes.filter(({ doubt }) => doubt === undefined);
  const command = routesCommand(virtualService, clear, access);
  return [
    `# VirtualService ${nameOf(virtualService)}`,
    ...routes.map((route) => `#   ${lineOf(route)}`),
    ...notesOf(virtualService, clear, merges).map((note) => `#   ! ${note}`),
    ...(command === undefined ? [] : [command]),
  ].join('\n');
}

function lineOf({ list, index, route, merges, doubt }: FoundRoute): string {
  const name = typeof route['name'] === 'string' ? ` ${commentText(route['name'])}` : '';
  const what = `${list} route ${index + 1}${name}`;
  const of = merges.map(commentText).join(', ');
  return doubt === undefined
    ? `${what}: taken out, merged by ${of}`
    : `${what}: stays, look at it: ${doubt} (${of})`;
}

function notesOf(
  virtualService: VirtualService,
  clear: readonly FoundRoute[],
  merges: readonly VirtualServiceMerge[],
): string[] {
  const waiting = merges.filter(
    (merge) =>
      merge.metadata.deletionTimestamp === undefined &&
      clear.some((route) => isOf(route, merge) && !isTakenOver(virtualService, merge, route.list)),
  );
  const { http = [], tcp = [], tls = [] } = virtualService.spec;
  const isEmptied = clear.length === http.length + tcp.length + tls.length && clear.length > 0;
  return [
    ...waiting.map(
      (merge) =>
        `DynamicEnv has not merged ${nameOf(merge)} yet: without the operator's routes its requests go to the other routes`,
    ),
    ...(isEmptied ? [NO_ROUTE_LEFT] : []),
    ...(clear.some(({ list }) => list !== 'http') ? [REPLACED] : []),
  ];
}

function isOf({ merges }: FoundRoute, merge: VirtualServiceMerge): boolean {
  return merges.includes(qualifiedName(merge));
}

const NO_ROUTE_LEFT =
  'no other route is left: Istio refuses the command until DynamicEnv has merged its routes';
const REPLACED =
  'if this VirtualService had routes of its own for the same tcp or tls port, the operator has replaced them: apply its chart or manifest afterwards to get them back';

function missingTargets(
  merges: readonly VirtualServiceMerge[],
  virtualServices: readonly VirtualService[],
): string[] {
  const there = new Set(virtualServices.map(qualifiedName));
  return merges.flatMap((merge) => {
    const target = targetOf(merge);
    if (target !== undefined && there.has(target)) return [];
    const what =
      target === undefined
        ? 'names no target'
        : `its target ${commentText(target)} is not among the VirtualServices that were read`;
    return [`# VirtualServiceMerge ${nameOf(merge)}: ${what}; no routes to take out`];
  });
}
