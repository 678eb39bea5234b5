import { DESTINATION } from './http-shape.ts';
import type { Fields, Shape } from './shape.ts';

/**
 * The fields of `tcp` and `tls` routes:
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#TCPRoute and #TLSRoute.
 */

const TEXTS: Shape = { list: 'string' };

const CONDITIONS = {
  destinationSubnets: TEXTS,
  port: 'uint32',
  sourceLabels: { map: 'string' },
  sourceNamespace: 'string',
  gateways: TEXTS,
} as const;

const TARGETS: Shape = {
  list: { fields: { destination: DESTINATION, weight: 'int32' }, required: ['destination'] },
};

const TCP_MATCH: Fields = { fields: { ...CONDITIONS, sourceSubnet: 'string' } };
const TLS_MATCH: Fields = { fields: { ...CONDITIONS, sniHosts: TEXTS }, required: ['sniHosts'] };

export const TCP_ROUTES: Shape = {
  list: { fields: { match: { list: TCP_MATCH }, route: TARGETS } },
};
export const TLS_ROUTES: Shape = {
  list: { fields: { match: { list: TLS_MATCH }, route: TARGETS }, required: ['match'] },
};
