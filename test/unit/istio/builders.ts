import type {
  DestinationRule,
  DestinationRuleSpec,
  HTTPRoute,
  Subset,
  VirtualService,
  VirtualServiceSpec,
} from '../../../src/istio/types.ts';

/** Objects for the tables in this folder. `at` is `namespace/name`, with an optional age in minutes: `shop/a@5`. */
export function virtualService(at: string, spec: VirtualServiceSpec): VirtualService {
  return { ...head('VirtualService', at), spec };
}

export function destinationRule(at: string, spec: DestinationRuleSpec): DestinationRule {
  return { ...head('DestinationRule', at), spec };
}

export const subset = (
  name: string,
  labels: Record<string, string> = { version: name },
): Subset => ({
  name,
  labels,
});

export const to = (host: string, name?: string) => ({
  destination: name === undefined ? { host } : { host, subset: name },
});

export const route = (host: string, name?: string): HTTPRoute => ({ route: [to(host, name)] });

function head(kind: string, at: string) {
  const [path = '', age] = at.split('@');
  const [namespace = '', name = ''] = path.split('/');
  const minute = age?.padStart(2, '0');
  const creationTimestamp = minute && `2024-01-01T00:${minute}:00Z`;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace, ...(creationTimestamp ? { creationTimestamp } : {}) },
  };
}
