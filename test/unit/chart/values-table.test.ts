import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { valuesTable, withValuesTable } from '../../../scripts/lib/values-table.ts';

const CHART = new URL('../../../charts/dynamicenv/', import.meta.url);

async function chartFile(name: string): Promise<string> {
  return readFile(new URL(name, CHART), 'utf8');
}

describe('the table of values', () => {
  test('a comment belongs to the key below it, and a map without inner comments is one row', () => {
    const source = `# How many.
# At least 1.
count: 2
image:
  # Where | what.
  name: ""
# Both at once.
resources:
  limits:
    memory: 1Mi
  requests: {}

# Away from any key.

list: [a]
`;
    expect(valuesTable(source).split('\n')).toEqual([
      '| Value | Default | |',
      '|---|---|---|',
      '| `count` | `2` | How many. At least 1. |',
      '| `image.name` | `""` | Where \\| what. |',
      '| `resources` | `{"limits":{"memory":"1Mi"},"requests":{}}` | Both at once. |',
      '| `list` | `["a"]` |  |',
    ]);
  });

  test('a README without the markers of the table is refused', () => {
    expect(() => withValuesTable('# Chart', 'a: 1')).toThrow('README.md has no "<!-- values');
  });

  test("the chart's README has the table of its values.yaml", async () => {
    const readme = await chartFile('README.md');
    expect(withValuesTable(readme, await chartFile('values.yaml'))).toBe(readme);
  });

  test('every value has a description', async () => {
    const rows = valuesTable(await chartFile('values.yaml'))
      .split('\n')
      .slice(2);
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
  });
});
