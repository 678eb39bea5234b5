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

/** What kubectl makes of a file, without sending it. */
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

describe('the recorded answers are what kubectl says', () => {
  test('of values that it takes', async () => {
    const documents = taken.map(([text], index) => configMapWith(text, `v${index}`));
    const objects = await read('taken', documents.join('---\n'));
    const said = objects.map((one, index): [string, Answer] => [
      taken[index]?.[0] ?? '',
      { is: dataOf(one) },
    ]);
    expect(said).toEqual(taken);
  });

  test('of values that it refuses', async () => {
    const wrong: string[] = [];
    for (const [index, [text]] of refused.entries()) {
      if (!(await isRefused(`refused-${index}`, configMapWith(text)))) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test.each(files.map(([text, answer], index) => [text, answer, index] as const))(
    'of the file %j',
    async (text, answer, index) => {
      if ('refused' in answer) expect(await isRefused(`file-${index}`, text)).toBe(true);
      else expect(summaryOf(await read(`file-${index}`, text))).toEqual(answer.is);
    },
  );
});

test('what is printed is read back by kubectl as the same', async () => {
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

/** What YAML texts are made of. */
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
