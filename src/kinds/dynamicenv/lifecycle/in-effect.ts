import type { SemanticSettings } from '../../../api/semantic.ts';
import type { ObjectMap } from '../../../hooks/types.ts';
import { headerKey } from '../../../istio/header-name.ts';
import { baseKeyOf, observe } from '../observed.ts';

/**
 * What an env has been given already. Limits that came later, or were lowered, are for what is asked anew, as in the chart's
 * policies: an upgrade must not take a living env's routes or pods.
 */
export function inEffect(children: ObjectMap): NonNullable<SemanticSettings['inEffect']> {
  const { injections, deployments, unread = [] } = observe(children);
  const names = injections.flatMap(({ spec }) =>
    spec.matches.flatMap(({ headers = {} }) => Object.keys(headers)),
  );
  const readable = unread.some(({ kind }) => kind === 'Deployment') ? [] : deployments;
  return {
    headerNames: new Set(names.map(headerKey)),
    replicas: new Map(
      readable.map((clone) => [baseKeyOf(clone) ?? '', clone.spec.replicas ?? 1] as const),
    ),
  };
}
