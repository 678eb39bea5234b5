import { VERSIONS_ANNOTATION } from '../../api/virtualenvironment.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { listsOf } from '../../virtualservice/routes/lists.ts';
import { withoutOurs } from '../../virtualservice/routes/strip.ts';
import type { Observed } from './observed.ts';

/** The objects as they are, to be answered again. */
export function keepAll({ own, filters }: Pick<Observed, 'own' | 'filters'>): KubeObject[] {
  return [
    ...[...own.virtualServices.values()].map(keptVirtualService),
    ...[...own.rules.values()].map(keptRule),
    ...filters.map(keptFilter),
  ];
}

/** Annotations and labels of others are not answered: Metacontroller leaves them alone. */
export function keptVirtualService({
  apiVersion,
  kind,
  metadata,
  spec,
}: VirtualService): VirtualService {
  const { name, namespace = '' } = metadata;
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}

function keptRule({ apiVersion, kind, metadata, spec }: DestinationRule): DestinationRule {
  const { name, namespace = '', annotations } = metadata;
  const memory = annotations?.[VERSIONS_ANNOTATION];
  const own = memory === undefined ? {} : { annotations: { [VERSIONS_ANNOTATION]: memory } };
  return { apiVersion, kind, metadata: { name, namespace, ...own }, spec };
}

function keptFilter(filter: KubeObject): KubeObject {
  const { name, namespace = '' } = filter.metadata;
  const { metadata: _, ...rest } = filter;
  return { ...rest, metadata: { name, namespace } };
}

/**
 * The wanted VirtualService, with the copies for DynamicEnvs that the observed one has, if it is the wanted one apart from them.
 * Without them, each write of the wanted one would take the copies away until the webhook renders them again.
 */
export function withCopies(
  wanted: VirtualService,
  observed: VirtualService | undefined,
): VirtualService {
  if (observed === undefined) return wanted;
  const isSame = jsonEqual(withAllLists(withoutOurs(observed)), withAllLists(wanted));
  return isSame ? { ...wanted, spec: observed.spec } : wanted;
}

/** A list without routes is as good as none: where all routes of a list were merged ones, an empty list remains. */
function withAllLists(virtualService: VirtualService): object {
  return { ...virtualService.spec, ...listsOf(virtualService) };
}
