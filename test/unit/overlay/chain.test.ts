import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { chainOf, MAX_CHAIN, parentOf } from '../../../src/overlay/chain.ts';
import { deepFreeze } from '../../support/objects.ts';

/** Environments by name, each with its spec. */
function environments(specs: Record<string, unknown>): Record<string, KubeObject> {
  return deepFreeze(
    Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [
        name,
        { apiVersion: 'riskified.com/v1alpha1', kind: 'Environment', metadata: { name }, spec },
      ]),
    ),
  );
}

/** `e1` extends `e2`, and so on; the last extends none, or `last`. */
function row(count: number, last?: string) {
  const names = Array.from({ length: count }, (_, index) => `e${index + 1}`);
  return environments(
    Object.fromEntries(
      names.map((name, index) => {
        const parent = names[index + 1] ?? last;
        return [name, parent === undefined ? {} : { extends: parent }];
      }),
    ),
  );
}

test('the layers are in the order in which they are overlaid', () => {
  const secrets = [{ name: 'C', secretKeyRef: { name: 's', key: 'k' } }];
  const given = environments({
    qa: { extends: 'dev', vars: { A: '2' }, description: 'x' },
    dev: { extends: 'base', secrets },
    base: { vars: { A: '1' }, unset: ['B'] },
    other: { extends: 'qa' },
  });
  expect(chainOf('qa', given)).toEqual({
    chain: ['base', 'dev', 'qa'],
    layers: [
      { name: 'base', vars: { A: '1' }, unset: ['B'] },
      { name: 'dev', secrets },
      { name: 'qa', vars: { A: '2' } },
    ],
  });
});

test(`${MAX_CHAIN} may follow each other, and no more`, () => {
  const names = ['e8', 'e7', 'e6', 'e5', 'e4', 'e3', 'e2', 'e1'];
  expect(chainOf('e1', row(8))).toMatchObject({ chain: names });
  const tooLong = {
    problem: 'TooLong',
    at: 'e9',
    message:
      'more than 8 Environments extend each other (e1 → e2 → e3 → e4 → e5 → e6 → e7 → e8 → …): put several of them into one',
  };
  expect(chainOf('e1', row(9))).toEqual(tooLong);
  expect(chainOf('e1', row(5000))).toEqual(tooLong);
  expect(chainOf('e1', row(8, 'gone'))).toEqual({ ...tooLong, at: 'gone' });
  expect(chainOf('e2', row(9))).toMatchObject({ chain: ['e9', ...names.slice(0, -1)] });
});

describe('a circle', () => {
  test.each([
    ['of one', 'a', { a: { extends: 'a' } }, 'a', 'a → a'],
    ['of two', 'a', { a: { extends: 'b' }, b: { extends: 'a' } }, 'a', 'a → b → a'],
    [
      'of two, seen from outside',
      'c',
      { c: { extends: 'a' }, a: { extends: 'b' }, b: { extends: 'a' } },
      'a',
      'a → b → a',
    ],
  ])('%s', (_name, of, specs, at, text) => {
    expect(chainOf(of, environments(specs))).toEqual({
      problem: 'Cycle',
      at,
      message: `Environments extend each other in a circle (${text}): take spec.extends out of one of them, or correct it`,
    });
  });

  test('of more than may follow each other', () => {
    expect(chainOf('e1', row(8, 'e1'))).toMatchObject({
      problem: 'Cycle',
      message: expect.stringContaining('(e1 → e2 → e3 → e4 → e5 → e6 → e7 → e8 → e1)'),
    });
    const found = chainOf('e1', row(5000, 'e4999'));
    expect(found).toMatchObject({ problem: 'Cycle', at: 'e4999' });
    expect(chainOf('e1', row(20, 'e1'))).toMatchObject({
      message: expect.stringContaining('e8 → … → e1)'),
    });
  });
});

test('an Environment that does not exist', () => {
  const given = environments({ qa: { extends: 'dev' } });
  expect(chainOf('uat', given)).toEqual({
    problem: 'Missing',
    at: 'uat',
    message: 'Environment uat does not exist: create it, or name another one',
  });
  expect(chainOf('qa', given)).toEqual({
    problem: 'Missing',
    at: 'dev',
    message:
      'Environment dev, which qa extends, does not exist: create it, or correct spec.extends of qa',
  });
});

test.each(['toString', '__proto__', 'constructor', 'x'.repeat(1_000_000)])(
  'a name is nothing but a name: %.20s',
  (name) => {
    const missing = chainOf(name, environments({ qa: {} }));
    expect(missing).toMatchObject({ problem: 'Missing', at: name });
    expect(chainOf(name, row(0))).toEqual(missing);
    expect(JSON.stringify(missing).length).toBeLessThan(name.length + 1000);
    const there = JSON.parse(`{${JSON.stringify(name)}: {"metadata": {}, "spec": {}}}`);
    expect(chainOf(name, there)).toMatchObject({ chain: [name] });
  },
);

test('an Environment that cannot be read', () => {
  const given = environments({ qa: { extends: 'dev' }, dev: { vars: { A: 1 } } });
  expect(chainOf('qa', given)).toEqual({
    problem: 'Invalid',
    at: 'dev',
    message:
      'Environment dev cannot be used (spec.vars: expected a map of at most 128 texts): correct it',
  });
});

test.each([undefined, null, {}, { spec: null }, { spec: 'a' }, { spec: { extends: 1 } }])(
  'an object without a parent: %j',
  (object) => {
    expect(parentOf(object as KubeObject)).toBeUndefined();
  },
);
