import { describe, expect, it } from '@jest/globals';
import {
  headerKey,
  isAuthorityHeader,
  isClaimName,
  isInternalHeader,
  matchHeaderNameProblem,
} from '../../../src/istio/header-name.ts';

describe('headerKey', () => {
  it.each([
    ['X-User', 'x-user'],
    ['x-user', 'x-user'],
    [':Path', ':path'],
    ['@request.auth.claims.Group', '@request.auth.claims.Group'],
    ['@Request.Auth.Claims.Group', '@request.auth.claims.Group'],
    ['@request.auth.claims[Group]', '@request.auth.claims[Group]'],
    ['@Request.Auth.Claims', '@request.auth.claims'],
  ])('of %j is %j', (name, key) => {
    expect(headerKey(name)).toBe(key);
  });
});

describe('isClaimName', () => {
  it.each([
    ['@request.auth.claims.a', true],
    ['@request.auth.claims.a.b', true],
    ['@REQUEST.auth.claims.a', true],
    ['@request.auth.claims[a]', true],
    ['@request.auth.claims[a][b]', true],
    ['@request.auth.claims', false],
    ['@request.auth.claims.', false],
    ['@request.auth.claims[]', false],
    ['@request.auth.claims[a', false],
    ['@request.auth.claimsa]', false],
    ['@request.auth.claimsx.a', false],
    ['@request.auth.claimsx[a]', false],
    ['@request.auth.claims[a]x', false],
    ['x@request.auth.claims.a', false],
    ['x-header-of-20-chars.a', false],
    ['user', false],
  ])('%j: %j', (name, expected) => {
    expect(isClaimName(name)).toBe(expected);
  });
});

describe('matchHeaderNameProblem', () => {
  it.each([
    'user',
    'X-User_1',
    "!#$%&'*+-.^_`|~",
    ':method',
    ':scheme',
    ':authority',
    ':path',
    ':status',
    '@request.auth.claims.a',
  ])('accepts %j', (name) => {
    expect(matchHeaderNameProblem(name)).toBeUndefined();
  });

  it.each([
    ['', 'header name must not be empty'],
    [':PATH', '":PATH" is not a valid header name'],
    ['a b', '"a b" is not a valid header name'],
    ['a:', '"a:" is not a valid header name'],
    ['ä', '"ä" is not a valid header name'],
    ['a\n', '"a\n" is not a valid header name'],
    ['(a', '"(a" is not a valid header name'],
    ['@request.auth.claims', '"@request.auth.claims" is not a valid header name'],
  ])('refuses %j', (name, message) => {
    expect(matchHeaderNameProblem(name)).toBe(message);
  });
});

describe('headers that cannot be changed', () => {
  it.each([
    [':path', true, false],
    [':authority', true, true],
    [':Authority', true, true],
    ['host', true, true],
    ['Host', true, true],
    ['hosts', false, false],
    ['x:', false, false],
    ['user', false, false],
  ])('%j: internal %j, authority %j', (name, internal, authority) => {
    expect([isInternalHeader(name), isAuthorityHeader(name)]).toEqual([internal, authority]);
  });
});
