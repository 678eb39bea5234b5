import { expect, it } from '@jest/globals';
import { besideNames } from '../../../src/istio/header-spelling.ts';

const names = (taken: readonly string[], ...wanted: string[]) => {
  const found = besideNames(
    Object.fromEntries(taken.map((name) => [name, {}])),
    Object.fromEntries(wanted.map((name) => [name, name])),
  );
  return found && Object.keys(found);
};

it.each<[string[], string[], string[]]>([
  [[], ['cookie'], ['cookie']],
  [['user'], ['cookie'], ['cookie']],
  [['cookie'], ['cookie'], ['Cookie']],
  [['cookie', 'Cookie'], ['cookie'], ['COOKIE']],
  [['Cookie'], ['Cookie'], ['cookie']],
  [['x-source-route'], ['x-source-route'], ['X-Source-Route']],
  [['X-Source-Route'], ['X-Source-Route'], ['x-source-route']],
  [[], ['cookie', 'baggage'], ['cookie', 'baggage']],
  // The names that are given must not collide among themselves.
  [['cookie'], ['cookie', 'Cookie'], ['Cookie', 'COOKIE']],
  [['__proto__'], ['constructor'], ['constructor']],
])('beside %j: %j become %j', (taken, wanted, expected) => {
  expect(names(taken, ...wanted)).toEqual(expected);
});

it('keeps the conditions, and the name in all but its case', () => {
  const taken = { baggage: {}, Baggage: {} };
  const found = besideNames(taken, { baggage: { regex: 'a' } }) ?? {};
  expect(Object.values(found)).toEqual([{ regex: 'a' }]);
  expect(Object.keys(found).map((name) => name.toLowerCase())).toEqual(['baggage']);
  expect(Object.keys(taken)).not.toContain(Object.keys(found)[0]);
});

it.each([undefined, null])('nothing is taken: %j', (taken) => {
  expect(besideNames(taken, { cookie: 1 })).toEqual({ cookie: 1 });
});

it('a name of one letter has two spellings only', () => {
  expect(names(['a'], 'a')).toEqual(['A']);
  expect(names(['a', 'A'], 'a')).toBeUndefined();
});

it('a name without letters has one spelling only', () => {
  expect(names([], '1-2')).toEqual(['1-2']);
  expect(names(['1-2'], '1-2')).toBeUndefined();
});
