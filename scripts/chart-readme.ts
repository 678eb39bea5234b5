// Writes the tables of values into the charts' READMEs.
import { readFile, writeFile } from 'node:fs/promises';
import { withValuesTable } from './lib/values-table.ts';

for (const name of ['dynamicenv', 'feed']) {
  const chart = new URL(`../charts/${name}/`, import.meta.url);
  const readme = new URL('README.md', chart);
  const values = await readFile(new URL('values.yaml', chart), 'utf8');
  await writeFile(readme, withValuesTable(await readFile(readme, 'utf8'), values));
}
