// Writes the table of values into the chart's README.
import { readFile, writeFile } from 'node:fs/promises';
import { withValuesTable } from './lib/values-table.ts';

const CHART = new URL('../charts/dynamicenv/', import.meta.url);

const readme = new URL('README.md', CHART);
const values = await readFile(new URL('values.yaml', CHART), 'utf8');
await writeFile(readme, withValuesTable(await readFile(readme, 'utf8'), values));
