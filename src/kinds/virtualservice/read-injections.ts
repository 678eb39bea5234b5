import type { RouteInjection } from '../../api/routeinjection.ts';
import { readable, unreadableOf, unreadableText } from '../../api/unreadable.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';
import { missingGroups } from '../../mesh/related-groups.ts';
import { isEntryHere } from '../../virtualservice/routes/entrance.ts';
import { scopeOf } from '../../virtualservice/routes/scope.ts';
import { relatedInjections } from './customize.ts';

const KEY = 'RouteInjection.riskified.com/v1alpha1';

/** If the group was sent, which rules asked for it need not be computed. */
function isSent(related: ObjectMap): boolean {
  return Object.hasOwn(related, KEY);
}

/**
 * The RouteInjections that concern a VirtualService, sorted by name; or why its marks must not change. An injection that was not sent or
 * cannot be read may be the reason for existing routes: without it they would be removed.
 */
export function readInjections(
  virtualService: VirtualService,
  related: ObjectMap,
  config: { clusterDomain: string },
): { injections: readonly RouteInjection[] } | Refusal {
  const name = `VirtualService ${virtualService.metadata.namespace}/${virtualService.metadata.name}`;
  const wrong = unreadableOf('VirtualService', virtualService);
  if (wrong !== undefined) {
    const message = `${unreadableText(wrong)} cannot be read: correct it; until then its marks and routes for envs are not changed`;
    return { reason: 'Invalid', message };
  }
  const [missing] = isSent(related)
    ? []
    : missingGroups(relatedInjections(virtualService, config), related);
  if (missing !== undefined) {
    const message = `${name}: related objects ${missing} were not sent, although the customize hook asks for them; its marks are not changed`;
    return { reason: 'NotSent', message };
  }
  const sorted = Object.entries(related[KEY] ?? {}).sort(([a], [b]) => byText(a, b));
  const { objects, unreadable } = readable(
    'RouteInjection',
    sorted.map(([, object]) => object as RouteInjection),
  );
  const [first] = unreadable;
  if (first === undefined) return { injections: concerning(virtualService, objects, config) };
  const message = `${name}: ${unreadableText(first)} cannot be read, so its marks are not changed; wait until all pods of this service run the same version, or delete the RouteInjection: it is created again`;
  return { reason: 'Unreadable', message };
}

/** Without entries of other hosts: a VirtualService with a wildcard is sent all entries. */
function concerning(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  config: { clusterDomain: string },
): readonly RouteInjection[] {
  if (injections.every(({ spec }) => spec.entry === undefined)) return injections;
  const scope = scopeOf(virtualService, config);
  return injections.filter(
    ({ spec }) => spec.entry === undefined || isEntryHere(spec.entry, scope),
  );
}
