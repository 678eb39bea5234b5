import { isDeclaredHttp } from '../../istio/port-protocol.ts';
import type { Service } from '../../k8s/workload.ts';

/** The numbers of a Service's ports that are declared as HTTP, in its order. */
export function httpPorts({ spec }: Service): number[] {
  return (spec?.ports ?? []).filter(isDeclaredHttp).map(({ port }) => port);
}
