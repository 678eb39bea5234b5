import type { DestinationRule } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';
import type { VersionSubset } from './types.ts';

/** The DestinationRule of a Service: a subset for each version, and no traffic policy. `annotations`: its memory. */
export function destinationRule(
  service: string,
  namespace: string,
  subsets: readonly VersionSubset[],
  annotations: Readonly<Record<string, string>>,
): DestinationRule {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: service, namespace, annotations: { ...annotations } },
    spec: {
      host: service,
      subsets: [...subsets]
        .sort((a, b) => byText(a.value, b.value))
        .map(({ subset, labels }) => ({ name: subset, labels: { ...labels } })),
    },
  };
}
