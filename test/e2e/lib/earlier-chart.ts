import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CHART } from './chart.ts';

/** Values that the first charts had not, under `config` or beside it. */
const LATER = [
  ...['host', 'kinds', 'virtualServiceMerge', 'virtualEnvironment', 'environments', 'expired'],
  ...['podSecurityContext', 'serviceRouteHeader', 'sourceRouteHeader', 'refCarriers'],
  ...['allowedCommonHeaders', 'maxTtl', 'requireOwner', 'entryHosts'],
];

/**
 * Writes a chart like ours whose default values are only those of the first charts. A release of it has no others,
 * so `helm upgrade --reuse-values` gives none to our chart. Returns the chart's folder.
 */
export async function earlierChart(folder: string): Promise<string> {
  const chart = join(folder, 'earlier-chart');
  await cp(CHART, chart, { recursive: true });
  const file = join(chart, 'values.yaml');
  const { config, ...values } = parse(await readFile(file, 'utf8'));
  await writeFile(file, stringify({ ...early(values), config: early(config) }));
  return chart;
}

function early(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !LATER.includes(key)));
}
