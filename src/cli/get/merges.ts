import { UsageError } from '../../errors.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import { type MergesRead, readMerges } from '../common/cluster-merges.ts';
import { missingRights, notSeen } from '../common/missing-rights.ts';
import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import { mergesReport } from './merges-report.ts';
import { mergesTree } from './merges-tree.ts';
import type { GetOptions } from './options.ts';

/** Shows the state of VirtualServiceMerges. Returns the exit code: 0: all are merged; 1: one is not. */
export async function getMerges(
  { namespace, format, cluster }: Pick<GetOptions, 'namespace' | 'format' | 'cluster'>,
  output: Output,
): Promise<number> {
  const open = await openCluster(cluster, process.env);
  const home = namespace ?? open.namespace;
  const read = await readMerges(open, [home], namespace === undefined);
  refuseUnread(read, home, open);
  const notes = read.denied.map((denied) =>
    notSeen(denied, `VirtualServiceMerges outside of namespace ${home}`),
  );
  const report = mergesReport(read.merges, notes);
  if (format === 'json') output.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (format === 'yaml') output.write(toYaml(report));
  else output.write(reportText(mergesTree(report, output.paint)));
  return report.merged ? 0 : 1;
}

function refuseUnread(
  { served, denied, isUnseen }: MergesRead,
  namespace: string,
  open: OpenCluster,
): void {
  if (served.length === 0) {
    throw new UsageError(
      `the cluster of context ${open.context} knows no VirtualServiceMerges: is the kind virtual-service-merge installed there?`,
    );
  }
  const [first, ...others] = denied;
  if (first !== undefined && served.every((group) => isUnseen({ group, namespace }))) {
    throw missingRights([first, ...others], open);
  }
}
