import type { VirtualService } from '../../../../src/istio/types.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { NAMESPACE, virtualService } from './world.ts';

/** The host at the gateway. */
export const PUBLIC_HOST = 'shop.example.com';
export const GATEWAY_LABELS = { istio: 'web' };

/** A Gateway, and the VirtualService that leads its requests to the Service. */
export function gatewayObjects(): LocalObject[] {
  const gateway = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      selector: GATEWAY_LABELS,
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    },
  };
  return [gateway, publicVirtualService(1)];
}

/** As `virtualService`, at the gateway. */
export function publicVirtualService(release: number): LocalObject & VirtualService {
  const { spec, ...inside } = virtualService(release);
  return {
    ...inside,
    metadata: { name: 'public', namespace: NAMESPACE },
    spec: { ...spec, hosts: [PUBLIC_HOST], gateways: ['web'] },
  };
}
