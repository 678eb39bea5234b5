import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { UsageError } from '../../errors.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import { readEnvironments } from '../common/cluster-environments.ts';
import { DYNAMIC_ENVS } from '../common/cluster-kinds.ts';
import { missingRights, notSeen } from '../common/missing-rights.ts';
import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import { environmentsReport, environmentsTree } from './environments-report.ts';
import type { GetOptions } from './options.ts';

/** Shows Environments and who uses them. Returns the exit code: 0: all of them are accepted; 1: one is not. */
export async function getEnvironments(
  { name, format, cluster }: Pick<GetOptions, 'name' | 'format' | 'cluster'>,
  output: Output,
): Promise<number> {
  const open = await openCluster(cluster, process.env);
  const read = await readEnvironments(open);
  if (!read.isServed) {
    throw new UsageError(
      `the cluster of context ${open.context} knows no Environments: is the kind environment installed there?`,
    );
  }
  if (read.denied !== undefined) throw missingRights([read.denied], open);
  if (name !== undefined && !read.environments.some(({ metadata }) => metadata.name === name)) {
    throw new UsageError(
      `no Environment "${name}" in the cluster of context ${open.context}; "get environments" shows all`,
    );
  }
  const { envs, notes } = await readUsers(open);
  const report = environmentsReport(read.environments, envs, name, notes);
  if (format === 'json') output.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (format === 'yaml') output.write(toYaml(report));
  else output.write(reportText(environmentsTree(report, output.paint)));
  return report.accepted ? 0 : 1;
}

async function readUsers(open: OpenCluster): Promise<{ envs: DynamicEnv[]; notes: string[] }> {
  const listed = await open.reader.list(DYNAMIC_ENVS);
  if (listed === 'unserved') return { envs: [], notes: [] };
  if ('objects' in listed) return { envs: listed.objects as DynamicEnv[], notes: [] };
  return { envs: [], notes: [notSeen(listed.denied, 'which DynamicEnvs use them')] };
}
