import { describe, expect, test } from '@jest/globals';
import { isWorkload, readSubscriber } from '../../src/core/subscriber.ts';
import { subscriber } from '../lib/objects.ts';

describe('a Subscriber', () => {
  test('that is Live is told with its services, sorted and without repetition', () => {
    const object = subscriber('a', { services: ['orders', 'order-service', 'orders'] });
    expect(readSubscriber(object)).toEqual({
      live: {
        workload: 'shop/order-service',
        ref: 'mp-101',
        services: ['order-service', 'orders'],
        incarnation: '0123456789',
      },
    });
  });

  test.each(['Joining', 'Leaving'])('that is %s is not live', (phase) => {
    expect(readSubscriber(subscriber('a', { phase }))).toBe('not-live');
  });

  test('that is being deleted is not live, whatever its phase says', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(readSubscriber(subscriber('a', {}, metadata))).toBe('not-live');
  });

  const long = 'a'.repeat(300);
  test.each<[string, unknown, RegExp]>([
    ['null', null, /metadata/],
    ['a text', 'x', /metadata/],
    ['a list', [], /metadata/],
    ['no metadata', { spec: {} }, /metadata/],
    ['no spec', { metadata: {} }, /^spec is missing/],
    ['a spec that is a list', { metadata: {}, spec: [] }, /^spec is missing/],
    ['a workload without namespace', subscriber('a', { workload: 'order' }), /spec\.workload/],
    ['a workload with two slashes', subscriber('a', { workload: 'a/b/c' }), /spec\.workload/],
    ['a number as workload', subscriber('a', { workload: 7 }), /spec\.workload/],
    ['no ref', subscriber('a', { ref: undefined }), /spec\.ref/],
    ['a ref with upper case', subscriber('a', { ref: 'MP-101' }), /spec\.ref/],
    ['a ref that is too long', subscriber('a', { ref: 'a'.repeat(41) }), /spec\.ref/],
    ['a ref with a line feed', subscriber('a', { ref: 'mp-101\n' }), /spec\.ref/],
    ['__proto__ as ref', subscriber('a', { ref: '__proto__' }), /spec\.ref/],
    ['no services', subscriber('a', { services: undefined }), /spec\.services/],
    ['an empty list of services', subscriber('a', { services: [] }), /spec\.services/],
    ['services as a text', subscriber('a', { services: 'orders' }), /spec\.services/],
    ['a service that is no text', subscriber('a', { services: ['a', null] }), /spec\.services/],
    ['a service with a dot', subscriber('a', { services: ['order.service'] }), /spec\.services/],
    [
      'a service of 64 characters',
      subscriber('a', { services: ['a'.repeat(64)] }),
      /spec\.services/,
    ],
    ['a service with a long name', subscriber('a', { services: [long] }), /spec\.services/],
    ['too many services', subscriber('a', { services: Array(257).fill('a') }), /spec\.services/],
    ['no incarnation', subscriber('a', { incarnation: undefined }), /spec\.incarnation/],
    ['an empty incarnation', subscriber('a', { incarnation: '' }), /spec\.incarnation/],
    ['an incarnation with a dot', subscriber('a', { incarnation: 'a.b' }), /spec\.incarnation/],
    ['a long incarnation', subscriber('a', { incarnation: long }), /spec\.incarnation/],
    ['no phase', subscriber('a', { phase: undefined }), /spec\.phase/],
    ['an unknown phase', subscriber('a', { phase: 'live' }), /spec\.phase/],
  ])('with %s cannot be read, and the problem names the field', (_name, object, problem) => {
    expect(readSubscriber(object)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('that cannot be read is never live, whatever else it says', () => {
    const wrong = [null, {}, [], 1, '', long];
    for (const key of ['workload', 'services', 'ref', 'incarnation', 'phase'])
      for (const value of wrong)
        expect(readSubscriber(subscriber('a', { [key]: value }))).toHaveProperty('problem');
  });
});

test.each([
  ['shop/order-service', true],
  ['shop/order.service', true],
  [`${'n'.repeat(63)}/${'d'.repeat(253)}`, true],
  [`${'n'.repeat(64)}/d`, false],
  [`n/${'d'.repeat(254)}`, false],
  ['shop', false],
  ['/order', false],
  ['shop/', false],
  ['Shop/order', false],
  ['shop/order\n', false],
  ['a.b/order', false],
  ['', false],
])('is %j a workload: %s', (text, expected) => expect(isWorkload(text)).toBe(expected));
