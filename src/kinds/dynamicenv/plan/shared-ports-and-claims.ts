import type { Container, Deployment } from '../../../k8s/workload.ts';

/** At most this many of one kind are named; the others are counted. */
const MAX_NAMED = 3;

/**
 * Warnings about what a clone's pods share with the base's pods, as far as the template shows it: ports of the node
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container, hostPort), and volume claims. The
 * template does not show their access modes (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes).
 */
export function sharedPortsAndClaims({ spec }: Deployment): string[] {
  const pod = spec.template.spec;
  const containers = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
  const ports = pod?.hostNetwork === true ? [] : containers.flatMap(hostPorts);
  const claims = (pod?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  return [
    ...(pod?.hostNetwork === true
      ? [
          "its pods use their node's network (hostNetwork), as the base's do: it needs a node where no such pod runs",
        ]
      : []),
    ...(ports.length === 0
      ? []
      : [
          `its pods ask for host port ${named(ports)}, as the base's do: it needs a node where no such pod runs`,
        ]),
    ...(claims.length === 0
      ? []
      : [
          `its pods mount PersistentVolumeClaim ${named(claims)} together with the base's: with the access modes ReadWriteOncePod and ReadWriteOnce they may not start, and with others they write to the base's data`,
        ]),
  ];
}

function hostPorts({ ports }: Container): string[] {
  return (ports ?? []).flatMap(({ hostPort }) => (hostPort ? String(hostPort) : []));
}

function named(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  const more = all.length - MAX_NAMED;
  return `${all.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
