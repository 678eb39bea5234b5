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
) => andMatch(deepFreeze(entries), deepFreeze(match), { isDelegate });
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
    ['one that matches everything', [{}]],
  ])('are all there is when the route has no match: %s', (_, entries) => {
    expect(and(entries, USER)).toEqual(only({ headers: { user: { exact: 'test' } } }));
  });

  it("keep a condition on a header that is called like an object's prototype", () => {
    const match: IstioMatch = JSON.parse('{"headers":{"__proto__":{"exact":"a"}}}');
    const [entry] = and(undefined, match).entries;
    expect(JSON.stringify(entry)).toBe('{"headers":{"__proto__":{"exact":"a"}}}');
  });

  it('are added to every entry beside what it has', () => {
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

  it('that the entry asks for in the same words stay as the user wrote them', () => {
    const entry = { headers: { User: { exact: 'test' } } };
    expect(and([entry], USER)).toEqual(only(entry));
  });

  it('meet all conditions of an entry that writes a header in two spellings', () => {
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

  it('of one match under two spellings must both hold', () => {
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
  ])('leave out an entry that asks for %s', (_, entry, isHarmless) => {
    expect(and([entry], USER)).toEqual(
      skipped('already has another condition on header user', isHarmless),
    );
  });

  it('leave out only the entries that decide otherwise', () => {
    const entries = [{ headers: { user: { regex: '.*' } } }, { uri: { exact: '/a' } }];
    expect(and(entries, USER)).toEqual({
      entries: [{ uri: { exact: '/a' }, headers: { user: { exact: 'test' } } }],
      skips: [{ reason: 'already has another condition on header user', isHarmless: false }],
    });
  });

  it('that contradict one by one name the one that makes it harmless, else the first', () => {
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

  it('leave out a whole route of a delegate, which Istio drops for a single entry', () => {
    const contrary = { headers: { user: { exact: 'else' } } };
    const reason = 'already has another condition on header user';
    expect(and([contrary, {}], USER, true)).toEqual(skipped(reason, false));
    expect(and([contrary], USER, true)).toEqual(skipped(reason, true));
  });

  it('take null in the entry for "present" and "absent"', () => {
    const present = { headers: { user: null } } as unknown as HTTPMatchRequest;
    const absent = { withoutHeaders: { user: null } } as unknown as HTTPMatchRequest;
    const reason = 'already has another condition on header user';
    expect(and([present], USER)).toEqual(skipped(reason, false));
    expect(and([absent], USER)).toEqual(skipped(reason, true));
    const maps = { headers: null, withoutHeaders: null } as unknown as HTTPMatchRequest;
    expect(and([maps], USER)).toEqual(only({ ...maps, ...USER }));
  });

  it('add no map of headers when none is asked for', () => {
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

  it('leave out an entry for other callers', () => {
    const entry = { sourceLabels: { app: 'job' } };
    expect(and([entry], APP)).toEqual(
      skipped('already has another condition on source label app', true),
    );
  });

  it('are not taken for something that every object has', () => {
    const match = { sourceLabels: { constructor: 'x' } };
    expect(and([{ sourceLabels: { app: 'web' } }], match)).toEqual(
      only({ sourceLabels: { app: 'web', constructor: 'x' } }),
    );
  });

  it('take the place of gateways and of what these made void', () => {
    const entry = {
      uri: { prefix: '/' },
      gateways: ['gw', 'mesh'],
      sourceLabels: { app: 'job' },
      sourceNamespace: 'x',
    };
    expect(and([entry], APP)).toEqual(only({ uri: { prefix: '/' }, sourceLabels: { app: 'web' } }));
  });

  it('leave out an entry for the first contrary label by name', () => {
    const match = { sourceLabels: { b: '1', a: '1' } };
    expect(and([{ sourceLabels: { a: '2', b: '2' } }], match)).toEqual(
      skipped('already has another condition on source label a', true),
    );
  });

  it('leave out an entry for gateways only', () => {
    expect(and([{ gateways: ['gw'] }], APP)).toEqual(
      skipped('is for gateways only, where source labels are not known', true),
    );
  });

  it('go beside an empty list of gateways, which means none', () => {
    const entry = { gateways: [], sourceNamespace: 'x' };
    expect(and([entry], APP)).toEqual(only({ ...entry, sourceLabels: { app: 'web' } }));
  });

  it('go together with headers', () => {
    expect(and([{}], { ...USER, ...APP })).toEqual(only({ ...USER, ...APP }));
  });

  it('never go into a delegate: the gateways of its root would void them', () => {
    const reason = 'is in a delegate, where source labels may be ignored';
    expect(and([{}], { ...USER, ...APP }, true)).toEqual(skipped(reason, false));
    expect(and([{}], USER, true)).toEqual(only(USER));
  });
});
