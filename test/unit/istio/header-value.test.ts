import { describe, expect, it } from '@jest/globals';
import { headerValueProblem } from '../../../src/istio/header-value.ts';

describe('headerValueProblem', () => {
  it.each([
    '',
    'foo',
    'tab\there',
    'ä €',
    '100%%',
    '%%%%',
    '%HOSTNAME%',
    'pre %HOSTNAME% post',
    '%START_TIME(%Y)%',
    '%REQ(x)%',
    '%REQ( x)%',
    '%REQ(x) %',
    '%UPSTREAM_METADATA(["a", "b"])%',
    '%UPSTREAM_METADATA( [ "a" , "b" ] ) %',
    '%UPSTREAM_METADATA(["a\\"b"])%',
    '%UPSTREAM_METADATA(["a\\)b"])%',
    '%A%%B%',
  ])('accepts %j', (value) => {
    expect(headerValueProblem(value)).toBeUndefined();
  });

  it.each(['\u0000', '\u0008', 'a\nb', '\u000b', 'a\rb', '\u001f', 'a\u007f'])(
    'refuses control characters: %j',
    (value) => {
      expect(headerValueProblem(value)).toBe('header value must not contain control characters');
    },
  );

  it.each([
    '%',
    'abc%123',
    '%START_TIME%%',
    '%%%',
    '%REQ(x)',
    '%REQ(x',
    '%REQ(',
    '%REQ([',
    '%REQ(["x',
    '%REQ(["x"',
    '%REQ(["x"]',
    '%REQ(["x\\',
  ])('refuses an unfinished %j', (value) => {
    expect(headerValueProblem(value)).toBe(
      `a % has no closing % (write %% for a literal %): "${value}"`,
    );
  });

  it.each([
    ['%REQ([x])%', 'x'],
    ['%REQ(["x" "y"])%', '"'],
    ['%REQ(["x"]])%', ']'],
    ['%REQ(x)y%', 'y'],
    ['%REQ(["x"])]%', ']'],
  ])('refuses %j because of %j', (value, char) => {
    expect(headerValueProblem(value)).toBe(
      `"${char}" is not allowed in this %…% expression: "${value}"`,
    );
  });
});
