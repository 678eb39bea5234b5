import { describe, expect, test } from '@jest/globals';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import {
  type Answer,
  type ConfigMap,
  configMapWith,
  KUBECTL_READS,
  summaryOf,
} from '../../support/kubectl-reads.ts';

const { values, files } = KUBECTL_READS;

/**
 * We refuse these on purpose, although kubectl accepts them. kubectl ends a line at such a character, or it reads an
 * unquoted text in a way that no author means.
 */
const REFUSED_HERE = ['a\u2028b', 'a\u0085b', '[?a]', '{a: ?}', '{: 1}'];

function read(text: string): ConfigMap[] | undefined {
  const documents = parseYaml(text);
  if (documents.some(({ problems }) => problems.length > 0)) return undefined;
  return documents.map(({ value }) => value as ConfigMap);
}

function answerOf(text: string, pick: (objects: ConfigMap[]) => unknown): Answer {
  const objects = read(text);
  return objects === undefined ? { refused: true } : { is: plain(pick(objects)) };
}

/** Replaces -0 by 0: the recorded answers are JSON, which has no -0. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

describe('what kubectl accepts', () => {
  test('at least 200 values', () => {
    expect(values.length).toBeGreaterThan(400);
  });

  test.each(values.filter(([text]) => !REFUSED_HERE.includes(text)))('%j', (text, answer) => {
    const value = ([object]: ConfigMap[]) => object?.data?.value ?? null;
    expect(answerOf(configMapWith(text), value)).toEqual(answer);
  });

  test.each(values.filter(([text]) => REFUSED_HERE.includes(text)))(
    '%j, and we refuse it',
    (text) => {
      expect(read(configMapWith(text))).toBeUndefined();
    },
  );

  test.each(files)('a whole file: %j', (text, answer) => {
    expect(answerOf(text, summaryOf)).toEqual(answer);
  });
});
