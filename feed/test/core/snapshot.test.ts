import { describe, expect, test } from '@jest/globals';
import { snapshotOf, viewIn } from '../../src/core/snapshot.ts';
import { answerText, EMPTY_VIEW } from '../../src/core/view.ts';
import { subscriber } from '../lib/objects.ts';

const ORDERS = 'shop/order-service';

function listed(...items: unknown[]) {
  return snapshotOf({ items, startedAt: 5, resourceVersion: '1' });
}

function told(snapshot: ReturnType<typeof listed>, workload = ORDERS) {
  return JSON.parse(answerText(viewIn(snapshot, workload), 0, 30_000));
}

const rev = (...items: unknown[]) => viewIn(listed(...items), ORDERS).rev;

describe('a snapshot', () => {
  test('tells each workload its own live refs, sorted, with the services and the incarnation of each', () => {
    const snapshot = listed(
      subscriber('b', { ref: 'mp-102', services: ['orders', 'a'] }),
      subscriber('a', { ref: 'mp-101', incarnation: 'aaaaaaaaaa' }),
      subscriber('c', { ref: 'mp-103', phase: 'Joining' }),
      subscriber('d', { ref: 'mp-9', workload: 'shop/mail' }),
    );
    expect(told(snapshot)).toMatchObject({
      refs: ['mp-101', 'mp-102'],
      services: { 'mp-101': ['order-service'], 'mp-102': ['a', 'orders'] },
      incarnations: { 'mp-101': 'aaaaaaaaaa', 'mp-102': '0123456789' },
    });
    expect(told(snapshot, 'shop/mail')).toMatchObject({ refs: ['mp-9'] });
    expect(snapshot).toMatchObject({ startedAt: 5, objects: 4, live: 3, unreadable: 0 });
  });

  test('counts what it cannot read, names the first, and tells the rest', () => {
    const snapshot = listed(null, subscriber('b', { ref: 7 }), subscriber('a'));
    expect(snapshot).toMatchObject({ objects: 3, live: 1, unreadable: 2 });
    expect(snapshot.problem).toBe('an object without a name: metadata is missing');
    expect(listed(subscriber('b', { ref: 7 })).problem).toBe('b: spec.ref is not a ref');
    expect(told(snapshot).refs).toEqual(['mp-101']);
  });

  test('joins the services of two live Subscribers with one ref', () => {
    const both = listed(subscriber('a', { services: ['x'] }), subscriber('b', { services: ['y'] }));
    expect(told(both).services).toEqual({ 'mp-101': ['x', 'y'] });
  });

  test('vouches for no incarnation if two of them are live with one ref', () => {
    const both = listed(
      subscriber('a', { incarnation: 'aaaaaaaaaa' }),
      subscriber('b', { incarnation: 'bbbbbbbbbb' }),
      subscriber('c', { ref: 'mp-102' }),
      subscriber('d', { ref: 'mp-102' }),
    );
    expect(told(both).refs).toEqual(['mp-101', 'mp-102']);
    expect(told(both).incarnations).toEqual({ 'mp-102': '0123456789' });
  });

  test('says the incarnation that is live, not one that comes or goes', () => {
    const all = listed(
      subscriber('a', { incarnation: 'aaaaaaaaaa', phase: 'Leaving' }),
      subscriber('b', { incarnation: 'bbbbbbbbbb' }),
      subscriber('c', { incarnation: 'cccccccccc', phase: 'Joining' }),
    );
    expect(told(all).incarnations).toEqual({ 'mp-101': 'bbbbbbbbbb' });
  });

  test('tells an unknown workload that nothing is live', () => {
    expect(viewIn(listed(subscriber('a')), 'shop/nobody')).toBe(EMPTY_VIEW);
    expect(told(listed(), 'shop/nobody')).toEqual({
      rev: EMPTY_VIEW.rev,
      refs: [],
      services: {},
      incarnations: {},
      ageMs: 0,
      leaseMs: 30_000,
    });
  });
});

describe('the rev', () => {
  const one = subscriber('a', { services: ['x', 'y'] });
  const two = subscriber('b', { ref: 'mp-102' });
  test.each([
    ['the order of objects', [one, two], [two, one]],
    ['the order of services', [one], [subscriber('a', { services: ['y', 'x'] })]],
    ['names and versions', [one], [{ ...one, metadata: { name: 'z' } }]],
    ['other workloads', [one], [one, subscriber('c', { workload: 'shop/mail' })]],
    ['a consumer that joins', [one], [one, subscriber('c', { ref: 'x', phase: 'Joining' })]],
    ['the last consumer that leaves', [], [subscriber('c', { phase: 'Leaving' })]],
  ])('does not depend on %s', (_name, before, after) => {
    expect(rev(...after)).toBe(rev(...before));
  });

  test.each([
    ['a ref comes', [one], [one, two]],
    ['a ref goes', [one], []],
    ['a ref is another', [one], [subscriber('a', { services: ['x', 'y'], ref: 'mp-1' })]],
    ['an incarnation is another', [two], [subscriber('b', { ref: 'mp-102', incarnation: 'x' })]],
    [
      'a second incarnation comes',
      [two],
      [two, subscriber('c', { ref: 'mp-102', incarnation: 'x' })],
    ],
    ['a name comes', [one], [subscriber('a', { services: ['x', 'y', 'z'] })]],
  ])('is another when %s', (_name, before, after) => {
    expect(rev(...after)).not.toBe(rev(...before));
  });

  test('fits into a URL as it is', () => expect(rev(one)).toMatch(/^[\w-]{22}$/));
});

test('the age is rounded up', () => {
  expect(JSON.parse(answerText(EMPTY_VIEW, 0.2, 1)).ageMs).toBe(1);
});
