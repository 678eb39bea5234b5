import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import type { HTTPMatchRequest } from '../../../../src/istio/types.ts';
import { deepFreeze } from '../../../../src/simulator/object.ts';
import { andMatch } from '../../../../src/virtualservice/injections/and-match.ts';

const USER: IstioMatch = { headers: { user: { exact: 'test' } } };
const APP: IstioMatch = { sourceLabels: { app: 'web' } };
const and = (
  entries: HTTPMatchRequest[] | null | undefined,
  match: IstioMatch,
  isDelegate = false,
) => andMatch(deepFreeze(entries), [deepFreeze(match)], { isDelegate });
const only = (...entries: HTTPMatchRequest[]) => ({ entries, skips: [] });
const skipped = (reason: string, isHarmless: boolean) => ({
  entries: [],
  skips: [{ reason, isHarmless }],
});

describe('headers', () => {
  it.each<[string, HTTPMatchRequest[] | null | undefined]>([
    ['absent', undefined],
    ['null', null],
    ['empty', []],
    ['a match that matches everything', [{}]],
  ])('are the whole match if the route has no match: %s', (_, entries) => {
    expect(and(entries, USER)).toEqual(only({ headers: { user: { exact: 'test' } } }));
  });

  it('keep a condition on a header with the name of an inherited object member', () => {
    const match: IstioMatch = JSON.parse('{"headers":{"__proto__":{"exact":"a"}}}');
    const [entry] = and(undefined, match).entries;
    expect(JSON.stringify(entry)).toBe('{"headers":{"__proto__":{"exact":"a"}}}');
  });

  it('are added to every entry, beside its own conditions', () => {
    const entries = [
      { name: 'a', uri: { prefix: '/a' }, headers: { lang: { prefix: 'de' } } },
      { port: 8080, withoutHeaders: { bot: {} }, gateways: ['mesh'], sourceNamespace: 'x' },
    ];
    const user = { user: { exact: 'test' } };
    expect(and(entries, USER)).toEqual(
      only(
        {
          name: 'a',
          uri: { prefix: '/a' },
          headers: { lang: { prefix: 'de' }, ...user },
        },
        {
          port: 8080,
          withoutHeaders: { bot: {} },
          gateways: ['mesh'],
          sourceNamespace: 'x',
          headers: user,
        },
      ),
    );
  });

  it('are written in lower case', () => {
    expect(and([{}], { headers: { 'X-User': { prefix: 'a' } } })).toEqual(
      only({ headers: { 'x-user': { prefix: 'a' } } }),
    );
  });

  it('that the entry already has with the same value stay as the user wrote them', () => {
    const entry = { headers: { User: { exact: 'test' } } };
    expect(and([entry], USER)).toEqual(only(entry));
  });

  it('must meet all conditions of an entry that has a header in two spellings', () => {
    const same = { headers: { User: { prefix: 't' }, user: { exact: 'test' } } };
    expect(and([same], USER)).toEqual(only(same));
    const reason = 'already has another condition on header user';
    const maybe = { headers: { User: { prefix: 't' }, user: { regex: 't.*' } } };
    expect(and([maybe], USER)).toEqual(skipped(reason, false));
    const never = { headers: { User: { prefix: 't' }, user: { prefix: 'x' } } };
    expect(and([never], USER)).toEqual(skipped(reason, true));
    const without = { withoutHeaders: { User: { exact: 'x' }, user: { prefix: 't' } } };
    expect(and([without], USER)).toEqual(skipped(reason, true));
  });

  it('of one match in two spellings must both hold', () => {
    const same = { headers: { User: { exact: 'a' }, user: { exact: 'a' } } };
    const other = { headers: { User: { prefix: 'a' }, user: { exact: 'ab' } } };
    expect(and([{}], same)).toEqual(only({ headers: { user: { exact: 'a' } } }));
    expect(and([{}], other)).toEqual(
      skipped('already has another condition on header user', false),
    );
  });

  it.each<[string, HTTPMatchRequest, boolean]>([
    ['another exact value', { headers: { user: { exact: 'else' } } }, true],
    ['another exact value, other case', { headers: { USER: { exact: 'else' } } }, true],
    ['a prefix of the value', { headers: { user: { prefix: 'te' } } }, false],
    ['presence', { headers: { user: {} } }, false],
    ['another prefix', { headers: { user: { prefix: 'x' } } }, true],
    ['a regex', { headers: { user: { regex: 't.*' } } }, false],
    ['absence', { withoutHeaders: { User: {} } }, true],
    ['not this value', { withoutHeaders: { user: { exact: 'test' } } }, true],
    ['not another value', { withoutHeaders: { user: { exact: 'else' } } }, false],
  ])('omit an entry that requires %s', (_, entry, isHarmless) => {
    expect(and([entry], USER)).toEqual(
      skipped('already has another condition on header user', isHarmless),
    );
  });

  it('omit only the entries with a contradicting condition', () => {
    const entries = [{ headers: { user: { regex: '.*' } } }, { uri: { exact: '/a' } }];
    expect(and(entries, USER)).toEqual({
      entries: [{ uri: { exact: '/a' }, headers: { user: { exact: 'test' } } }],
      skips: [{ reason: 'already has another condition on header user', isHarmless: false }],
    });
  });

  it('if all entries contradict, the reason names the one with a harmless contradiction, otherwise the first', () => {
    const match = { headers: { b: { exact: 'x' }, a: { exact: 'x' }, c: { exact: 'x' } } };
    const told = (entry: HTTPMatchRequest) => and([entry], match);
    const maybe = { regex: 'x' };
    expect(told({ headers: { a: maybe, b: maybe } })).toEqual(
      skipped('already has another condition on header a', false),
    );
    expect(told({ headers: { a: maybe, c: maybe } })).toEqual(
      skipped('already has another condition on header a', false),
    );
    expect(told({ headers: { a: maybe, c: { exact: 'y' } } })).toEqual(
      skipped('already has another condition on header c', true),
    );
  });

  it('omit a whole route of a delegate, which Istio drops because of a single entry', () => {
    const contrary = { headers: { user: { exact: 'else' } } };
    const reason = 'already has another condition on header user';
    expect(and([contrary, {}], USER, true)).toEqual(skipped(reason, false));
    expect(and([contrary], USER, true)).toEqual(skipped(reason, true));
  });

  it('treat null in the entry as "present" and "absent"', () => {
    const present = { headers: { user: null } } as unknown as HTTPMatchRequest;
    const absent = { withoutHeaders: { user: null } } as unknown as HTTPMatchRequest;
    const reason = 'already has another condition on header user';
    expect(and([present], USER)).toEqual(skipped(reason, false));
    expect(and([absent], USER)).toEqual(skipped(reason, true));
    const maps = { headers: null, withoutHeaders: null } as unknown as HTTPMatchRequest;
    expect(and([maps], USER)).toEqual(only({ ...maps, ...USER }));
  });

  it('add no map of headers if the match has none', () => {
    expect(and([{ uri: { exact: '/' } }], APP)).toEqual(
      only({ uri: { exact: '/' }, sourceLabels: { app: 'web' } }),
    );
    expect(and([{}], { headers: {}, sourceLabels: {} })).toEqual(only({}));
  });
});

describe('source labels', () => {
  it('are added to those of the entry', () => {
    const entry = { sourceLabels: { tier: 'front', app: 'web' }, sourceNamespace: 'shop' };
    expect(and([entry, {}], APP)).toEqual(only(entry, { sourceLabels: { app: 'web' } }));
  });

  it('omit an entry for other callers', () => {
    const entry = { sourceLabels: { app: 'job' } };
    expect(and([entry], APP)).toEqual(
      skipped('already has another condition on source label app', true),
    );
  });

  it('do not treat inherited object members as labels', () => {
    const match = { sourceLabels: { constructor: 'x' } };
    expect(and([{ sourceLabels: { app: 'web' } }], match)).toEqual(
      only({ sourceLabels: { app: 'web', constructor: 'x' } }),
    );
  });

  it('replace gateways, and fields that have no effect beside gateways', () => {
    const entry = {
      uri: { prefix: '/' },
      gateways: ['gw', 'mesh'],
      sourceLabels: { app: 'job' },
      sourceNamespace: 'x',
    };
    expect(and([entry], APP)).toEqual(only({ uri: { prefix: '/' }, sourceLabels: { app: 'web' } }));
  });

  it('omit an entry; the reason names the first contradicting label', () => {
    const match = { sourceLabels: { b: '1', a: '1' } };
    expect(and([{ sourceLabels: { a: '2', b: '2' } }], match)).toEqual(
      skipped('already has another condition on source label a', true),
    );
  });

  it('omit an entry that is for gateways only', () => {
    expect(and([{ gateways: ['gw'] }], APP)).toEqual(
      skipped('is for gateways only, where source labels are not known', true),
    );
  });

  it('are compatible with an empty list of gateways, which means none', () => {
    const entry = { gateways: [], sourceNamespace: 'x' };
    expect(and([entry], APP)).toEqual(only({ ...entry, sourceLabels: { app: 'web' } }));
  });

  it('are compatible with headers', () => {
    expect(and([{}], { ...USER, ...APP })).toEqual(only({ ...USER, ...APP }));
  });

  it('are never added in a delegate: the gateways of its root would make them ineffective', () => {
    const reason = 'is in a delegate, where source labels may be ignored';
    expect(and([{}], { ...USER, ...APP }, true)).toEqual(skipped(reason, false));
    expect(and([{}], USER, true)).toEqual(only(USER));
  });
});
