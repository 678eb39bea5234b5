import { expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import { matchesOf, selectionOf } from '../../../src/api/selection.ts';

const user: IstioMatch = { headers: { user: { exact: 'a' } } };
const app: IstioMatch = { sourceLabels: { app: 'web' } };
const cookie: IstioMatch = { cookie: { name: 'user', exact: 'a' } };
const both: IstioMatch = { ...user, baggage: { key: 'k', exact: 'a' } };
const parameter: IstioMatch = { queryParams: { q: { exact: 'a' } } };

it.each<[string, IstioMatch[], IstioMatch[]]>([
  ['a cookie alone, which would be a match without any condition', [cookie], []],
  ['a header and baggage, which would be the header alone', [both], []],
  ['a query parameter between others', [user, parameter, app], [user, app]],
  ['several in a row, first and last', [cookie, both, user, parameter], [user]],
  ['nothing', [user, app], [user, app]],
])('version 0.1 does not see %s', (_, istioMatches, seen) => {
  const selection = selectionOf({ istioMatches });
  expect(selection.matches).toEqual(seen);
  expect(matchesOf(selection)).toEqual(istioMatches);
  const reversed = selection.laterMatches?.toReversed();
  expect(matchesOf({ ...selection, ...(reversed && { laterMatches: reversed }) })).toEqual(
    istioMatches,
  );
});

it('an env with a ref alone has no matches', () => {
  expect(selectionOf({ ref: 'mp-101' })).toEqual({ matches: [], ref: 'mp-101' });
  expect(matchesOf({ matches: [], ref: 'mp-101' })).toEqual([]);
});
