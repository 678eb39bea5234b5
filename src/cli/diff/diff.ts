import { toYaml } from '../../k8s/yaml.ts';
import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import { readDiffOptions } from './options.ts';
import { diffLines, diffReport } from './report.ts';
import { sideOf } from './sides.ts';
import { sourcesOfCluster, sourcesOfFiles } from './sources.ts';

/** Compares the configuration of two Environments or DynamicEnvs. Returns the exit code 0, whether or not they differ. */
export async function diff(args: readonly string[], output: Output): Promise<number> {
  const options = readDiffOptions(args, process.env);
  const { a, b, cluster, format } = options;
  const sources =
    cluster === undefined
      ? await sourcesOfFiles(options)
      : await sourcesOfCluster(options, cluster);
  const report = diffReport(sideOf(a, sources), sideOf(b, sources));
  if (format === 'json') output.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (format === 'yaml') output.write(toYaml(report));
  else output.write(reportText(diffLines(report, output.paint)));
  for (const note of sources.notes) output.note(reportText([`warning: ${note}`]));
  return 0;
}
