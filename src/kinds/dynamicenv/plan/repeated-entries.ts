import type { Container, PodSpec } from '../../../k8s/workload.ts';
import { portsOnce } from './repeated-ports.ts';
import { variablesOnce } from './repeated-variables.ts';

export interface PodOnce {
  pod: PodSpec;
  problems: string[];
}

/**
 * A pod spec without two entries of one key in `env`, `ports`, `hostAliases` and `imagePullSecrets`, and with the same meaning. The API
 * server accepts such entries in a create or update (at most with a warning), so a base may have them. It refuses them in a server-side
 * apply, by which a clone is written: their lists are `x-kubernetes-list-type: map` (`api/openapi-spec/swagger.json`,
 * `pkg/apis/core/validation/validation.go`; https://github.com/kubernetes/kubernetes/issues/113482). A pod spec without such entries
 * is answered as it is, so no clone of it restarts.
 */
export function withoutRepeatedEntries(pod: PodSpec): PodOnce {
  const variables = variablesOnce();
  const problems: string[] = [];
  const once = (kind: string) => (container: Container) => {
    const { env = [] } = container;
    const folded = variables(env);
    problems.push(...folded.lost.map((one) => lostValue(kind, container.name, one)));
    return portsOnce(folded.env === env ? container : { ...container, env: [...folded.env] });
  };
  const { initContainers, hostAliases, imagePullSecrets } = pod;
  return {
    pod: {
      ...pod,
      containers: pod.containers.map(once('container')),
      ...(initContainers && { initContainers: initContainers.map(once('init container')) }),
      ...(hostAliases && { hostAliases: aliasesOnce(hostAliases) }),
      ...(imagePullSecrets && { imagePullSecrets: secretsOnce(imagePullSecrets) }),
    },
    problems,
  };
}

function lostValue(
  kind: string,
  container: string,
  { variable, by }: { variable: string; by: string },
): string {
  const user = by === variable ? 'its last entry' : `variable ${by}`;
  return `${kind} ${container} has variable ${variable} more than once, and ${user} uses an earlier value of it, which is not a plain text; a clone can have each variable only once, so give the earlier entry another name in the base, or set ${by} in this env`;
}

type Aliases = NonNullable<PodSpec['hostAliases']>;
type Secrets = NonNullable<PodSpec['imagePullSecrets']>;

/** A kubelet writes a line into `/etc/hosts` for each alias (`hostsEntriesFromHostAliases` in `pkg/kubelet/kubelet_pods.go`). */
function aliasesOnce(aliases: Aliases): Aliases {
  return [...Map.groupBy(aliases, ({ ip }) => ip).values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first ?? [];
    const hostnames = [first, ...others].flatMap((alias) => alias.hostnames ?? []);
    return { ...first, hostnames: [...new Set(hostnames)] };
  });
}

function secretsOnce(secrets: Secrets): Secrets {
  return [...new Map(secrets.map((one) => [one.name ?? '', one])).values()];
}
