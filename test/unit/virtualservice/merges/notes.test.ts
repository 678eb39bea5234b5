import { describe, expect, test } from '@jest/globals';
import { mergedLists } from '../../../../src/virtualservice/merges/merged-lists.ts';
import { mergeNotes } from '../../../../src/virtualservice/merges/notes.ts';
import type { TrialOutcome } from '../../../../src/virtualservice/merges/trial.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { virtualService } from '../builders.ts';
import { merge, routeTo, streamTo } from './builders.ts';

const NO_TRIAL: TrialOutcome = { merges: [], older: [], suspects: [], refused: [], waiting: [] };

function notesOf(
  merges: ReturnType<typeof merge>[],
  rest: {
    trial?: Partial<TrialOutcome>;
    tooLarge?: Parameters<typeof mergeNotes>[0]['tooLarge'];
    spec?: Parameters<typeof virtualService>[0];
  } = {},
) {
  const users = withoutOurs(virtualService({ hosts: ['backend'], ...rest.spec }));
  const { tooLarge = [] } = rest;
  const trial = { ...NO_TRIAL, ...rest.trial };
  const lists = mergedLists(merges, users);
  return mergeNotes({ trial, tooLarge, overlapping: [], lists, users }, 65_536);
}
const brief = (notes: ReturnType<typeof notesOf>) =>
  notes.map(({ uid, generation, reason }) => `${uid}@${generation} ${reason}`);

describe('notes', () => {
  const refused = { version: 'bad@3', at: '', times: 1, target: '' };

  test.each<[string, ReturnType<typeof notesOf>, string[]]>([
    ['nothing to say', notesOf([merge('a', { http: [routeTo('a')] })]), []],
    ['a refused version', notesOf([], { trial: { refused: [refused] } }), ['bad@3 Refused']],
    [
      'a refused version that is tried again',
      notesOf([], { trial: { refused: [refused], waiting: [merge('bad', { generation: 3 })] } }),
      ['bad@3 Trial'],
    ],
    [
      'too large',
      notesOf([], { tooLarge: [{ merge: merge('a'), message: 'x' }] }),
      ['a@1 TooLarge'],
    ],
    [
      'two merges with one route name',
      notesOf([
        merge('a', { http: [routeTo('a', 'r-10')] }),
        merge('b', { http: [routeTo('b', 'r-10')] }),
      ]),
      ['a@1 SameRoute', 'b@1 SameRoute'],
    ],
    [
      'one merge with one name twice, and unnamed routes of two merges',
      notesOf([
        merge('a', { http: [routeTo('a', 'r'), routeTo('b', 'r'), routeTo('c')] }),
        merge('b', { http: [routeTo('a')] }),
      ]),
      [],
    ],
    [
      'equal tcp routes of two merges',
      notesOf([merge('a', { tcp: [streamTo('x')] }), merge('b', { tcp: [streamTo('x')] })]),
      ['b@1 SameRoute'],
    ],
    [
      'an equal tcp route of the user',
      notesOf([merge('a', { tcp: [streamTo('x')] })], { spec: { tcp: [streamTo('x')] } }),
      ['a@1 OwnRoute'],
    ],
    [
      'an own route named like one of the merge',
      notesOf([merge('a', { http: [routeTo('a')] })], {
        spec: { http: [{ name: 'virtual-service-merge-shop_a_0-0123456789' }] },
      }),
      ['a@1 OwnRoute'],
    ],
    [
      'an own route named like one of another merge',
      notesOf([merge('a', { http: [routeTo('a')] })], {
        spec: { http: [{ name: 'virtual-service-merge-shop_ab_0-0123456789' }] },
      }),
      [],
    ],
  ])('%s', (_, notes, wanted) => {
    expect(brief(notes)).toEqual(wanted);
  });

  test.each<[string, unknown, boolean]>([
    ['no match', undefined, true],
    ['an empty match', [], true],
    ['an empty entry', [{}], true],
    ['an entry with a name', [{ name: 'x' }], true],
    ['an entry with empty conditions', [{ headers: {}, gateways: [], ignoreUriCase: true }], true],
    ['a second entry without conditions', [{ uri: { exact: '/' } }, {}], true],
    ['any path', [{ uri: { prefix: '/' } }], true],
    ['a name in the statistics', [{ statPrefix: 'x' }], true],
    ['a caller', [{ uri: { prefix: '/' }, sourceNamespace: 'shop' }], false],
    ['a gateway', [{ gateways: ['mesh'] }], false],
    ['a condition', [{ headers: { a: { exact: 'b' } } }], false],
    ['a port', [{ port: 80 }], false],
  ])('a route with %s takes all: %s', (_, match, isTold) => {
    const route = { route: [], ...(match === undefined ? {} : { match }) } as never;
    expect(brief(notesOf([merge('a', { http: [route] })]))).toEqual(isTold ? ['a@1 TakesAll'] : []);
  });

  test('are bounded: the most urgent stay, and long ones are cut', () => {
    const long = 'x'.repeat(5000);
    const tooLarge = Array.from({ length: 100 }, (_, index) => ({
      merge: merge(`large-${index}`),
      message: long,
    }));
    const notes = notesOf([merge('a', { http: [{ route: [] }] })], {
      trial: { refused: [refused] },
      tooLarge,
    });
    expect(JSON.stringify(notes).length).toBeLessThanOrEqual(4096 + 2);
    expect(brief(notes)).toContain('bad@3 Refused');
    expect(brief(notes)).not.toContain('a@1 TakesAll');
    expect(notes.length).toBeGreaterThan(5);
  });

  test('do not cut a character into halves', () => {
    const message = `${'x'.repeat(399)}😀`;
    const [note] = notesOf([], { tooLarge: [{ merge: merge('a'), message }] });
    expect(note?.message.isWellFormed()).toBe(true);
  });

  test('do not depend on the order of merges', () => {
    const merges = ['c', 'a', 'b'].map((name) =>
      merge(name, { http: [{ ...routeTo(name, 'r'), match: [] }] }),
    );
    expect(notesOf(merges)).toEqual(notesOf([...merges].reverse()));
  });
});
