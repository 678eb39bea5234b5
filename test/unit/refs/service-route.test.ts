import { describe, expect, test } from '@jest/globals';
import {
  formatServiceRoute,
  hasOtherRef,
  parseServiceRoute,
} from '../../../src/refs/service-route.ts';

test('pairs in their order', () => {
  const pairs = [
    { service: 'payment-service', ref: 'mp-101' },
    { service: 'cart-service', ref: 'mp-102' },
  ];
  const text = 'payment-service:mp-101::cart-service:mp-102';
  expect(parseServiceRoute(text)).toEqual(pairs);
  expect(formatServiceRoute(pairs)).toBe(text);
});

test('a value of 8 KiB is parsed quickly', () => {
  const started = performance.now();
  for (const unit of [':', 'a', 'a:b::', '::a', ' ']) {
    const value = unit.repeat(8192 / unit.length);
    parseServiceRoute(value);
    hasOtherRef(value, { service: 'a', ref: 'b' });
  }
  expect(performance.now() - started).toBeLessThan(200);
});

describe('another ref of the service', () => {
  const has = (value: string) => hasOtherRef(value, { service: 'web', ref: 'mp-1' });

  test.each([
    'web:mp-2',
    'web:mp-12',
    'web:mp',
    'web:',
    'a:b::web:mp-2',
    'web:mp-1::web:mp-2',
    'x:::web:mp-2',
    '::web:mp-2,',
    'web:mp-1-x',
  ])('%s', (value) => {
    expect(has(value)).toBe(true);
  });

  test.each([
    '',
    'web',
    'web:mp-1',
    'web:mp-1:x',
    'web:mp-1,y',
    'my-web:mp-2',
    'a:web:mp-2',
    'a::b:web',
    'web:mp-1::a:b::web:mp-1',
  ])('there is none in %j', (value) => {
    expect(has(value)).toBe(false);
  });
});
