import type { SemanticSettings } from '../../../api/semantic.ts';
import type { ObjectMap } from '../../../hooks/types.ts';
import { headerKey } from '../../../istio/header-name.ts';
import { allChildren, baseKeyOf, observe } from '../observed.ts';

/**
 * What an env already has. Limits that were added or lowered later apply to new requests only, as in the chart's policies: an
 * upgrade must not take routes or pods from a living env.
 */
export function inEffect(children: ObjectMap): NonNullable<SemanticSettings['inEffect']> {
  const observed = observe(children);
  const { injections, deployments, unreadable = [] } = observed;
  const names = injections.flatMap(({ spec }) =>
    spec.matches.flatMap(({ headers = {} }) => Object.keys(headers)),
  );
  const readable = unreadable.some(({ kind }) => kind === 'Deployment') ? [] : deployments;
  return {
    entryHosts: new Set(injections.flatMap(({ spec }) => spec.entry?.host ?? [])),
    headerNames: new Set(names.map(headerKey)),
    replicas: new Map(
      readable.map((clone) => [baseKeyOf(clone) ?? '', clone.spec.replicas ?? 1] as const),
    ),
    isLiving: allChildren(observed).length > 0,
  };
}
