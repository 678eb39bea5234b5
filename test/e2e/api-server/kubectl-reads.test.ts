import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toYaml } from '../../../src/k8s/yaml.ts';
import {
  type Answer,
  type ConfigMap,
  configMapWith,
  KUBECTL_READS,
  summaryOf,
} from '../../support/kubectl-reads.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const { values, files } = KUBECTL_READS;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await suiteCluster();
});

/** Objects that kubectl reads from a file. It does not send them to the API server. */
async function read(name: string, text: string): Promise<ConfigMap[]> {
  const file = join(cluster.folder, `kubectl-reads-${name}.yaml`);
  await writeFile(file, text);
  const flags = ['--dry-run=client', '--validate=false', '-o', 'jsonpath={}{"\\n"}'];
  const out = await cluster.kubectl(['create', ...flags, '-f', file]);
  const lines = out.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
}

async function isRefused(name: string, text: string): Promise<boolean> {
  const refusal = await read(name, text).then(
    () => '',
    (error: Error) => error.message,
  );
  return /error parsing|error converting|json: |yaml: /.test(refusal);
}

function dataOf(one: ConfigMap): unknown {
  return one.data?.value ?? null;
}

const taken = values.filter(([, answer]) => 'is' in answer);
const refused = values.filter(([, answer]) => 'refused' in answer);

describe('the recorded answers are equal to those of a real kubectl', () => {
  test('for values that it accepts', async () => {
    const documents = taken.map(([text], index) => configMapWith(text, `v${index}`));
    const objects = await read('taken', documents.join('---\n'));
    const said = objects.map((one, index): [string, Answer] => [
      taken[index]?.[0] ?? '',
      { is: dataOf(one) },
    ]);
    expect(said).toEqual(taken);
  });

  test('for values that it refuses', async () => {
    const wrong: string[] = [];
    for (const [index, [text]] of refused.entries()) {
      if (!(await isRefused(`refused-${index}`, configMapWith(text)))) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test.each(files.map(([text, answer], index) => [text, answer, index] as const))(
    'for the file %j',
    async (text, answer, index) => {
      if ('refused' in answer) expect(await isRefused(`file-${index}`, text)).toBe(true);
      else expect(summaryOf(await read(`file-${index}`, text))).toEqual(answer.is);
    },
  );
});

test('kubectl reads YAML that toYaml wrote as the same values', async () => {
  const text = fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 6 });
  const written = fc.sample(fc.dictionary(text, fc.jsonValue({ depthSize: 'small' })), {
    numRuns: 300,
    seed: 7,
  });
  const data = [...written, ...taken.map(([value]) => ({ value, [value]: [value] }))].map((one) =>
    JSON.parse(JSON.stringify(one).replaceAll('-0', '0')),
  );
  const documents = data.map((one, index) =>
    toYaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `p${index}` }, data: one }),
  );
  const objects = await read('printed', documents.map((one) => `---\n${one}`).join(''));
  expect(objects.map((one) => one.data)).toEqual(data);
});

/** Characters and words from which the texts are generated: those that have a meaning in YAML, and some others. */
const PIECES = [
  ...'01789.-+_eExobainfy~n:=<>|#!&*?%@`,[]{}"\'\\ \t\n\ré😀',
  '\u0000',
  '\u0085',
  '\u2028',
  '\ufeff',
  'null',
  'true',
  '<<',
  '---',
];
