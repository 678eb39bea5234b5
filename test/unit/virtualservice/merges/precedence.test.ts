import { expect, test } from '@jest/globals';
import { newerFirst, precedenceOf } from '../../../../src/virtualservice/merges/precedence.ts';
import { merge } from './builders.ts';

test.each<[string, unknown, bigint]>([
  ['a number behind the last dash', 'mp-101', 101n],
  ['the last part only', 'a-7-b', 0n],
  ['the last of several numbers', 'a-7-8', 8n],
  ['no dash', '101', 0n],
  ['a dash in front', '-5', 5n],
  ['two dashes: no negative numbers', 'a--5', 5n],
  ['a dash at the end', 'a-', 0n],
  ['a plus sign', 'a-+6', 6n],
  ['two plus signs', 'a-++6', 0n],
  ['a plus sign alone', 'a-+', 0n],
  ['leading zeros', 'a-007', 7n],
  ['an underscore', 'a-1_000', 0n],
  ['hexadecimal', 'a-0x10', 0n],
  ['an exponent', 'a-1e3', 0n],
  ['a space', 'a- 5', 0n],
  ['digits of another script', 'a-٥', 0n],
  ['the largest int64', 'a-9223372036854775807', 9223372036854775807n],
  ['one more than int64', 'a-9223372036854775808', 0n],
  ['very many digits', `a-${'9'.repeat(1000)}`, 0n],
  ['an empty name', '', 0n],
  ['no name', undefined, 0n],
  ['not a text', 5, 0n],
])('precedence of %s', (_, name, wanted) => {
  expect(precedenceOf(name)).toBe(wanted);
});

test('merges stand in the order newer, namespace, name, group', () => {
  const late = '2026-01-01T00:00:01Z';
  const ordered = [
    merge('z', { created: late }),
    merge('b', { namespace: 'a' }),
    merge('a'),
    merge('a', { group: 'istiomerge.monime.sl' }),
    merge('b'),
  ];
  for (let turn = 0; turn < ordered.length; turn += 1) {
    const turned = [...ordered.slice(turn), ...ordered.slice(0, turn)];
    expect(turned.sort(newerFirst)).toEqual(ordered);
  }
});
