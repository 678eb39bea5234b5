import { UsageError } from '../../errors.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { openCluster } from '../../kube-client/open.ts';
import { readVirtualEnvironments } from '../common/cluster-virtual-environments.ts';
import { missingRights, notSeen } from '../common/missing-rights.ts';
import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import type { GetOptions } from './options.ts';
import { versionsReport, versionsTree } from './versions-report.ts';

/** Shows the state of VirtualEnvironments. Returns the exit code: 0: all are ready; 1: one is not. */
export async function getVirtualEnvironments(
  { namespace, format, cluster }: Pick<GetOptions, 'namespace' | 'format' | 'cluster'>,
  output: Output,
): Promise<number> {
  const open = await openCluster(cluster, process.env);
  const home = namespace ?? open.namespace;
  const read = await readVirtualEnvironments(open, [home], namespace === undefined);
  if (!read.isServed) {
    throw new UsageError(
      `the cluster of context ${open.context} knows no VirtualEnvironments: is the kind virtual-environment installed there?`,
    );
  }
  const [denied] = read.denied;
  if (denied !== undefined && !read.isSeen(home)) throw missingRights([denied], open);
  const notes = read.denied.map((one) =>
    notSeen(one, `VirtualEnvironments outside of namespace ${home}`),
  );
  const report = versionsReport(read.environments, notes);
  if (format === 'json') output.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (format === 'yaml') output.write(toYaml(report));
  else output.write(reportText(versionsTree(report, output.paint)));
  return report.ready ? 0 : 1;
}
