import { expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { dynamicEnv, many } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const withEntries = (list: unknown[]) => dynamicEnv({ entries: list }) as unknown as KubeObject;
const entries = (...hosts: unknown[]) => withEntries(hosts.map((host) => ({ host })));
const BAD_NAME =
  "must be a host name such as shop.example.com: lower-case letters, digits, '-' and '.', without scheme, port and path";

test('hosts of entries', () => {
  const eight = many(8, (n) => `h${n}.example.com`);
  expect(validator.validate(entries(...eight))).toEqual({ errors: [], unknown: [] });
  expect(validator.specErrors(entries('localhost'))).toEqual([]);
});

test.each([
  ['*.example.com', 'a link leads to one host: write its whole name, without a wildcard'],
  ['Shop.example.com', BAD_NAME],
  ['https://shop.example.com', BAD_NAME],
  ['shop.example.com:443', BAD_NAME],
  ['shop.example.com/', BAD_NAME],
  ['.example.com', BAD_NAME],
  ['a..b', BAD_NAME],
  ['', BAD_NAME],
])('%s is refused', (host, message) => {
  expect(validator.specErrors(entries(host))).toMatchObject([
    { path: 'spec.entries[0].host', message },
  ]);
});

test('more than eight, one twice, and one without a host are refused', () => {
  const nine = many(9, (n) => `h${n}.example.com`);
  expect(validator.specErrors(entries(...nine))).toHaveLength(1);
  expect(validator.specErrors(entries('a.com', 'a.com'))).toHaveLength(1);
  expect(validator.specErrors(withEntries([{}]))).toHaveLength(1);
});
