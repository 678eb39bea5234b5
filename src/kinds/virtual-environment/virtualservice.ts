import { MESH } from '../../istio/gateway-name.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import type { ServiceOptions } from './types.ts';

/**
 * The VirtualService of a Service, with these routes. It applies to the sidecars of the mesh, and to the gateways that
 * the Service's annotation names.
 */
export function virtualService(
  service: string,
  namespace: string,
  { hosts, gateways }: Pick<ServiceOptions, 'hosts' | 'gateways'>,
  http: HTTPRoute[],
): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: service, namespace },
    spec: { hosts: [service, ...hosts], gateways: [MESH, ...gateways], http },
  };
}
