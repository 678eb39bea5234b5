import { expect, it } from '@jest/globals';
import { groupsOf } from '../../../../src/virtualservice/injections/groups.ts';
import { pairsByPrecedence } from '../../../../src/virtualservice/injections/precedence.ts';
import { planEntry, SCOPE } from '../builders.ts';

const a = { headers: { user: { exact: 'aa' } } };
const b = { headers: { user: { exact: 'bb' } } };
const one = planEntry({ env: 'x', matches: [a, b] });
const two = planEntry({
  env: 'x',
  host: 'two',
  matches: [b, { headers: { user: { exact: 'aa' } } }],
});
const groups = (...injections: (typeof one)[]) =>
  groupsOf(pairsByPrecedence(injections, SCOPE)).map(
    ({ env, selector, pairs }) =>
      `${env} ${selector.entries[0]?.headers?.['user']?.exact}: ${pairs.map(({ injection, selector: own }) => `${injection.host.split('.')[0]}/${own.matchIndex}`).join()}`,
  );

it('contain the pairs of one env and match, in the order of the first pair', () => {
  expect(groups(one, two)).toEqual(['x aa: backend/0,two/1', 'x bb: backend/1,two/0']);
  expect(groups(one)).toEqual(['x aa: backend/0', 'x bb: backend/1']);
  expect(groups(one, { ...two, env: 'y' })).toEqual([
    'x aa: backend/0',
    'x bb: backend/1',
    'y bb: two/0',
    'y aa: two/1',
  ]);
});

it('contain each injection once: a match that it has twice is in two groups', () => {
  const twice = planEntry({ env: 'x', matches: [a, a, a] });
  const again = { ...two, matches: [a, a] };
  expect(groups(twice, again)).toEqual([
    'x aa: backend/0,two/0',
    'x aa: backend/1,two/1',
    'x aa: backend/2',
  ]);
});
