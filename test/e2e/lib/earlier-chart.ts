import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CHART } from './chart.ts';

/**
 * Writes a chart like ours whose default values have no optional kinds, as before these. A release of it has no such values,
 * so `helm upgrade --reuse-values` gives none to our chart. Returns the chart's folder.
 */
export async function earlierChart(folder: string): Promise<string> {
  const chart = join(folder, 'earlier-chart');
  await cp(CHART, chart, { recursive: true });
  const file = join(chart, 'values.yaml');
  const {
    kinds: _k,
    virtualServiceMerge: _m,
    virtualEnvironment: _v,
    ...values
  } = parse(await readFile(file, 'utf8'));
  await writeFile(file, stringify(values));
  return chart;
}
