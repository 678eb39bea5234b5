import type { V1PodSpec } from '@kubernetes/client-node';
import { jsonEqual } from '../../../k8s/canonical.ts';
import type { Container } from '../../../k8s/workload.ts';
import { uniqueEnv } from './unique-env.ts';

/**
 * The API server accepts a Deployment whose pods have a variable, a port, a pull secret or a host alias twice, and server-side apply
 * refuses it: these lists are merged by a key, and each key may come once (https://github.com/kubernetes/kubernetes/issues/113482; the keys:
 * `x-kubernetes-list-map-keys` of PodSpec and Container in Kubernetes' OpenAPI). Clones are applied, so here each comes once, with the
 * meaning that all of them have for a kubelet. Where nothing is twice, the very lists that came in.
 */
export function uniqueContainers(
  containers: readonly Container[],
  problems: string[],
): readonly Container[] {
  let changed: Container[] | undefined;
  for (const [at, container] of containers.entries()) {
    const { env, ports } = container;
    const ownEnv = env && uniqueEnv(env, container.name, problems);
    const ownPorts = ports && uniquePorts(ports, container.name, problems);
    if (ownEnv === env && ownPorts === ports) continue;
    changed ??= [...containers];
    changed[at] = {
      ...container,
      ...(ownEnv && { env: ownEnv }),
      ...(ownPorts && { ports: ownPorts }),
    };
  }
  return changed ?? containers;
}

type Ports = NonNullable<Container['ports']>;

/** By number and protocol. A Service or a probe may ask for the name of a port, so none of two names may be lost. */
function uniquePorts(ports: Ports, container: string, problems: string[]): Ports {
  const byKey = new Map<string, Ports[number]>();
  for (const port of ports) {
    const key = `${port.containerPort}/${port.protocol ?? 'TCP'}`;
    const before = byKey.get(key);
    if (before?.name !== undefined && port.name !== undefined && before.name !== port.name) {
      problems.push(
        `container ${container} declares port ${key} twice, as ${before.name} and as ${port.name}, and a clone can have it once only: take one of them out of the Deployment`,
      );
    }
    byKey.set(key, before === undefined ? port : { ...port, ...before });
  }
  return byKey.size === ports.length ? ports : [...byKey.values()];
}

type Lists = Pick<V1PodSpec, 'imagePullSecrets' | 'hostAliases'>;

/** Pull secrets by name; host aliases by address, with the names of all. */
export function uniquePodLists({ imagePullSecrets, hostAliases }: Lists): Lists {
  return {
    ...(imagePullSecrets && { imagePullSecrets: distinct(imagePullSecrets) }),
    ...(hostAliases && { hostAliases: joined(hostAliases) }),
  };
}

function distinct<T>(list: T[]): T[] {
  const once = list.filter((one, at) => list.findIndex((other) => jsonEqual(one, other)) === at);
  return once.length === list.length ? list : once;
}

type Aliases = NonNullable<V1PodSpec['hostAliases']>;

function joined(aliases: Aliases): Aliases {
  const byAddress = Map.groupBy(aliases, ({ ip }) => ip);
  if (byAddress.size === aliases.length) return aliases;
  return [...byAddress].map(([ip, all]) => ({
    ip,
    hostnames: [...new Set(all.flatMap(({ hostnames = [] }) => hostnames))],
  }));
}
