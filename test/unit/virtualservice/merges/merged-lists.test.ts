import { describe, expect, test } from '@jest/globals';
import { readMergedRouteName } from '../../../../src/api/merged-route-name.ts';
import { mergedLists, withMerged } from '../../../../src/virtualservice/merges/merged-lists.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { virtualService } from '../builders.ts';
import { merge, routeTo, streamTo } from './builders.ts';

const users = withoutOurs(virtualService({ http: [routeTo('own', 'own')] }));
const EARLY = '2026-01-01T00:00:00Z';
const LATE = '2026-01-02T00:00:00Z';

/** Merge and route of each http route, in order. */
function namesOf(...merges: ReturnType<typeof merge>[]): string[] {
  return mergedLists(merges, users).http.map(({ route }) => {
    const read = readMergedRouteName(route.name, 'shop/backend');
    return `${read?.merge.name}/${read?.route}`;
  });
}

describe('http routes', () => {
  test.each<[string, ReturnType<typeof merge>[], string[]]>([
    [
      'of one merge stand in the order of the patch',
      [merge('m', { http: [routeTo('x', 'x-1'), routeTo('y', 'y-1'), routeTo('z', 'z-1')] })],
      ['m/x-1', 'm/y-1', 'm/z-1'],
    ],
    [
      'without names have their places as names',
      [merge('m', { http: [routeTo('a'), routeTo('b', ''), routeTo('c')] })],
      ['m/0', 'm/1', 'm/2'],
    ],
    [
      'with a number come first',
      [merge('m', { http: [routeTo('a', 'canary'), routeTo('b', 'beta'), routeTo('c', 'x-5')] })],
      ['m/x-5', 'm/canary', 'm/beta'],
    ],
    [
      'with the higher number come first, whichever merge is newer',
      [
        merge('new', { created: LATE, http: [routeTo('a', 'mp-99')] }),
        merge('old', { created: EARLY, http: [routeTo('b', 'mp-101')] }),
      ],
      ['old/mp-101', 'new/mp-99'],
    ],
    [
      'of the newer merge come first among equals',
      [
        merge('old', { created: EARLY, http: [routeTo('a', 'a'), routeTo('b', 'b')] }),
        merge('new', { created: LATE, http: [routeTo('c', 'c')] }),
      ],
      ['new/c', 'old/a', 'old/b'],
    ],
    [
      'with numbers that a double cannot tell apart are told apart',
      [
        merge('a', { http: [routeTo('a', 'a-9007199254740992')] }),
        merge('b', { http: [routeTo('b', 'b-9007199254740993')] }),
      ],
      ['b/b-9007199254740993', 'a/a-9007199254740992'],
    ],
  ])('%s', (_, merges, wanted) => {
    expect(namesOf(...merges)).toEqual(wanted);
    expect(namesOf(...[...merges].reverse())).toEqual(wanted);
  });

  test('differ by the group of their merge', () => {
    const one = merge('m', { http: [routeTo('a')] });
    const other = merge('m', { group: 'istiomerge.monime.sl', uid: 'other', http: [routeTo('a')] });
    const names = mergedLists([one, other], users).http.map(({ route }) => route.name);
    expect(new Set(names).size).toBe(2);
  });
});

describe('tcp and tls routes', () => {
  const marked = (host: string, port = 5432) => ({
    match: [{ port, sourceLabels: {} }],
    route: [{ destination: { host } }],
  });

  test('stand with their mark, the newer merge first', () => {
    const { tcp, equal } = mergedLists(
      [
        merge('old', { created: EARLY, tcp: [streamTo('a'), streamTo('b')] }),
        merge('new', { created: LATE, tcp: [streamTo('c')] }),
      ],
      users,
    );
    expect(tcp.map(({ route }) => route)).toEqual([marked('c'), marked('a'), marked('b')]);
    expect(equal).toEqual([]);
  });

  test('are left out where an equal one is there, the user’s or another merge’s', () => {
    const owning = withoutOurs(virtualService({ tcp: [streamTo('own')] }));
    const first = merge('a', { tcp: [streamTo('own'), streamTo('x')] });
    const second = merge('b', { tcp: [streamTo('x'), streamTo('x', 1)] });
    const lists = mergedLists([second, first], owning);
    expect(lists.tcp.map(({ merge: { name }, index }) => [name, index])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(lists.equal).toEqual([
      { merge: first, list: 'tcp', index: 0 },
      { merge: second, list: 'tcp', index: 0, of: first },
    ]);
    expect(withMerged(owning, lists).tcp).toEqual([marked('x'), marked('x', 1), streamTo('own')]);
  });

  test('without a match and with an empty one are equal', () => {
    const first = merge('a', { tcp: [{ route: [] }] });
    const second = merge('b', { tcp: [{ match: [], route: [] }] });
    const lists = mergedLists([first, second], users);
    expect(lists.tcp).toHaveLength(1);
    expect(lists.equal).toEqual([{ merge: second, list: 'tcp', index: 0, of: first }]);
  });

  test('of one list have nothing to do with those of the other', () => {
    const route = { match: [{ sniHosts: ['a'], port: 1 }], route: [] };
    const lists = mergedLists([merge('m', { tcp: [route], tls: [route] })], users);
    expect(lists.tcp).toHaveLength(1);
    expect(lists.tls).toHaveLength(1);
    expect(lists.equal).toEqual([]);
  });
});
