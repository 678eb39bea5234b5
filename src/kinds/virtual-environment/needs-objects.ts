import type { HTTPRoute } from '../../istio/types.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import type { RoutesInput } from './types.ts';

/**
 * Does a Service need a VirtualService with these routes? It does not where all requests have the same destination, and
 * no annotation or injected header asks for more than the destination. As the operator of the same name decides it.
 */
export function needsObjects(
  http: readonly HTTPRoute[],
  { options, callers }: Pick<RoutesInput, 'options' | 'callers'>,
): boolean {
  if (http.length === 0) return false;
  const { gateways, hosts, rule } = options;
  if (gateways.length > 0 || hosts.length > 0 || rule !== undefined || callers.length > 0) {
    return true;
  }
  const targets = http.flatMap(({ route = [] }) => route.map(({ destination }) => destination));
  return new Set(targets.map(canonicalJson)).size > 1;
}
