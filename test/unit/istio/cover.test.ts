import { describe, expect, it } from '@jest/globals';
import { covers, type HeaderAndSourceMatch, stringCovers } from '../../../src/istio/cover.ts';
import type { StringMatch } from '../../../src/istio/types.ts';

describe('stringCovers', () => {
  it.each<[StringMatch, StringMatch, boolean]>([
    [{}, { exact: 'a' }, true],
    [{}, { prefix: 'a' }, true],
    [{}, { regex: 'a' }, true],
    [{}, {}, true],
    [{ regex: '*' }, {}, true],
    [{ exact: 'a' }, { exact: 'a' }, true],
    [{ exact: 'a' }, { exact: 'ab' }, false],
    [{ exact: 'a' }, { prefix: 'a' }, false],
    [{ exact: 'a' }, { regex: 'a' }, false],
    [{ exact: 'a' }, {}, false],
    [{ prefix: 'a' }, { exact: 'ab' }, true],
    [{ prefix: 'a' }, { exact: 'a' }, true],
    [{ prefix: 'ab' }, { exact: 'a' }, false],
    [{ prefix: 'a' }, { prefix: 'ab' }, true],
    [{ prefix: 'a' }, { prefix: 'a' }, true],
    [{ prefix: 'ab' }, { prefix: 'a' }, false],
    [{ prefix: 'a' }, { regex: 'a' }, false],
    [{ prefix: 'a' }, {}, false],
    [{ prefix: '' }, {}, false],
    [{ regex: 'a.*' }, { exact: 'abc' }, true],
    [{ regex: 'a' }, { exact: 'ab' }, false],
    [{ regex: '.*' }, { prefix: 'a' }, false],
    [{ regex: 'a.*' }, { regex: 'a.*' }, true],
    [{ regex: '.*' }, { regex: 'a.*' }, false],
    [{ regex: 'a' }, { regex: 'ab' }, false],
    [{ regex: 'a' }, { prefix: 'a' }, false],
    [{ regex: '.*' }, {}, false],
  ])('%j covers %j: %j', (a, b, expected) => {
    expect(stringCovers(a, b)).toBe(expected);
  });
});

describe('covers', () => {
  const user = { headers: { user: { exact: 'a' } } };

  it.each<[HeaderAndSourceMatch, HeaderAndSourceMatch, boolean]>([
    [{}, {}, true],
    [{}, user, true],
    [user, {}, false],
    [user, user, true],
    [user, { headers: { User: { exact: 'a' } } }, true],
    [user, { headers: { other: { exact: 'a' } } }, false],
    [user, { headers: { user: { exact: 'a' }, other: { exact: 'b' } } }, true],
    [{ headers: { user: { exact: 'a' }, other: { exact: 'b' } } }, user, false],
    [user, { headers: { user: { prefix: 'a' }, USER: { exact: 'a' } } }, true],
    [user, { ...user, sourceLabels: { app: 'x' } }, true],
    [{ ...user, sourceLabels: { app: 'x' } }, user, false],
    [{ sourceLabels: { app: 'x' } }, { sourceLabels: { app: 'x', v: '1' } }, true],
    [{ sourceLabels: { app: 'x' } }, { sourceLabels: { app: 'y' } }, false],
    [{ sourceLabels: { app: 'x' } }, { sourceLabels: { App: 'x' } }, false],
    [{ sourceLabels: { app: 'x', v: '1' } }, { sourceLabels: { app: 'x' } }, false],
    [{ sourceLabels: { constructor: 'x' } }, {}, false],
    [
      { headers: { '@request.auth.claims.A': { exact: 'a' } } },
      { headers: { '@request.auth.claims.a': { exact: 'a' } } },
      false,
    ],
  ])('%j covers %j: %j', (a, b, expected) => {
    expect(covers(a, b)).toBe(expected);
  });
});
