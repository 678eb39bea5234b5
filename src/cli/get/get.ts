import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { envLabel } from '../../api/marks.ts';
import { UsageError } from '../../errors.ts';
import type { VirtualService } from '../../istio/types.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import { DYNAMIC_ENVS, VIRTUAL_SERVICES } from '../common/cluster-kinds.ts';
import { missingRights, notSeen } from '../common/missing-rights.ts';
import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import { readConfiguration } from './env-configuration.ts';
import { readGetOptions } from './options.ts';
import { type EnvReport, reportOf } from './report.ts';
import { treeOf } from './tree.ts';

/** Shows the state of an env, of Environments, merges or VirtualEnvironments. Returns the exit code: 0: all are well; 1: not. */
export async function get(args: readonly string[], output: Output): Promise<number> {
  const options = readGetOptions(args);
  const { name, kind, format, cluster } = options;
  if (kind === 'virtual-environments') {
    return (await import('./virtual-environments.ts')).getVirtualEnvironments(options, output);
  }
  if (kind === 'environments') {
    return (await import('./environments.ts')).getEnvironments(options, output);
  }
  if (name === undefined) return (await import('./merges.ts')).getMerges(options, output);
  const open = await openCluster(cluster, process.env);
  const env = await readEnv(open, name);
  const { virtualServices, notes } = await readVirtualServices(open, env);
  const configuration = await readConfiguration(open, env);
  const report = reportOf(
    env,
    virtualServices,
    [...(configuration?.notes ?? []), ...notes],
    configuration?.report,
  );
  if (format === 'text') output.write(reportText(treeOf(report, output.paint)));
  else output.write(asData(format, report));
  return report.ready ? 0 : 1;
}

function asData(format: 'yaml' | 'json', report: EnvReport): string {
  return format === 'yaml' ? toYaml(report) : `${JSON.stringify(report, null, 2)}\n`;
}

async function readEnv(open: OpenCluster, name: string): Promise<DynamicEnv> {
  const got = await open.reader.get(DYNAMIC_ENVS, name);
  if (got === 'unserved') {
    throw new UsageError(
      `the cluster of context ${open.context} knows no DynamicEnvs: is DynamicEnv installed there?`,
    );
  }
  if ('denied' in got) throw missingRights([got.denied], open);
  if (got.object !== undefined) return got.object as DynamicEnv;
  throw new UsageError(
    `no DynamicEnv "${name}" in the cluster of context ${open.context}; "kubectl get de" lists them`,
  );
}

interface Read {
  virtualServices: VirtualService[];
  notes: string[];
}

/** The VirtualServices with the env's label; without the right to list all, those in the namespaces that its status names. */
async function readVirtualServices({ reader }: OpenCluster, env: DynamicEnv): Promise<Read> {
  const label = envLabel(env.metadata.name);
  const listed = await reader.list(VIRTUAL_SERVICES, { label });
  if (listed === 'unserved') {
    return {
      virtualServices: [],
      notes: ['this cluster has no VirtualServices: is Istio installed?'],
    };
  }
  if ('objects' in listed)
    return { virtualServices: listed.objects as VirtualService[], notes: [] };
  const parts = await Promise.all(
    namespacesOf(env).map(async (namespace) => {
      const part = await reader.list(VIRTUAL_SERVICES, { namespace, label });
      return part !== 'unserved' && 'objects' in part
        ? { namespace, objects: part.objects }
        : undefined;
    }),
  );
  const seen = parts.filter((part) => part !== undefined);
  const where = seen.map(({ namespace }) => namespace).join(', ');
  const what =
    where === '' ? 'routes of VirtualServices' : `routes of VirtualServices outside of ${where}`;
  return {
    virtualServices: seen.flatMap(({ objects }) => objects) as VirtualService[],
    notes: [notSeen(listed.denied, what)],
  };
}

/** The namespaces of the VirtualServices in the status. */
function namespacesOf({ status }: DynamicEnv): string[] {
  const workloads = Object.values(status?.subsetsStatus ?? {});
  const all = workloads.flatMap(({ virtualServices = [] }) => virtualServices);
  return [...new Set(all.map(({ namespace }) => namespace))].sort();
}
