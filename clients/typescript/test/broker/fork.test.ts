import { describe, expect, test } from '@jest/globals';
import { fork } from '../../src/broker/fork.ts';
import { fakeBroker } from '../lib/fake-broker.ts';

const OWN = 'orders.mp-101.0123456789';
const isLive = async () => false;
const options = { own: OWN, base: 'orders', sleep: async () => {}, isLive };

function broker() {
  const made = fakeBroker({
    payments: [
      { earliest: 5n, end: 50n },
      { earliest: 0n, end: 9n },
    ],
    refunds: [{ earliest: 2n, end: 2n }],
  });
  made.group('orders').offsets.set('payments', new Map([[0, 20n]]));
  return made;
}

describe('fork', () => {
  const topics = ['payments', 'refunds'];

  test('copies what the base has committed, and begins at the earliest message elsewhere', async () => {
    const { admin, group } = broker();
    expect(await fork(admin, { ...options, topics })).toBe('forked');
    expect(group(OWN).offsets).toEqual(
      new Map([
        [
          'payments',
          new Map([
            [0, 20n],
            [1, 0n],
          ]),
        ],
        ['refunds', new Map([[0, 2n]])],
      ]),
    );
  });

  test('leaves the base’s group as it is', async () => {
    const { admin, group } = broker();
    await fork(admin, { ...options, topics });
    expect(group('orders').offsets).toEqual(new Map([['payments', new Map([[0, 20n]])]]));
  });

  test('leaves a group that has an offset, and does not complete it from the base', async () => {
    const { admin, group } = broker();
    group(OWN).offsets.set('payments', new Map([[1, 3n]]));
    expect(await fork(admin, { ...options, topics })).toBe('was forked');
    expect(group(OWN).offsets).toEqual(new Map([['payments', new Map([[1, 3n]])]]));
  });

  test('an offset that the log has no more becomes the earliest one', async () => {
    const { admin, group } = broker();
    group('orders').offsets.set('payments', new Map([[0, 1n]]));
    await fork(admin, { ...options, topics: ['payments'] });
    expect(group(OWN).offsets.get('payments')?.get(0)).toBe(5n);
  });

  test('a group of the base that does not exist', async () => {
    const { admin, group } = broker();
    await fork(admin, { ...options, base: 'other', topics: ['payments'] });
    expect(group(OWN).offsets.get('payments')).toEqual(
      new Map([
        [0, 5n],
        [1, 0n],
      ]),
    );
  });

  test('waits while another pod is at it, and finds its fork', async () => {
    const { admin, group } = broker();
    group(OWN).members = 1;
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
      if (waits.length === 3)
        group(OWN).offsets.set(
          'payments',
          new Map([
            [0, 7n],
            [1, 1n],
          ]),
        );
    };
    expect(await fork(admin, { ...options, topics, sleep })).toBe('forked');
    expect(waits).toEqual([1000, 1000, 1000]);
    expect(group(OWN).offsets.get('payments')?.get(0)).toBe(7n);
  });

  test('a member of another pod that died is waited for', async () => {
    const { admin, group } = broker();
    group(OWN).members = 1;
    let waits = 0;
    const sleep = async () => {
      waits += 1;
      if (waits === 40) group(OWN).members = 0;
    };
    expect(await fork(admin, { ...options, topics, sleep })).toBe('forked');
  });

  test('members that consume other topics: these begin at the earliest message', async () => {
    const { admin, group } = broker();
    group(OWN).members = 1;
    group(OWN).offsets.set('invoices', new Map([[0, 7n]]));
    const how = await fork(admin, { ...options, topics });
    expect(how).toBe('begins at the earliest message');
    expect(group(OWN).offsets.has('payments')).toBe(false);
  });

  test('a live env without any offset begins at the earliest message: the base has skipped what it is past', async () => {
    const { admin, group } = broker();
    const how = await fork(admin, { ...options, topics, isLive: async () => true });
    expect(how).toBe('was live');
    expect(group(OWN).offsets).toEqual(
      new Map([
        [
          'payments',
          new Map([
            [0, 5n],
            [1, 0n],
          ]),
        ],
        ['refunds', new Map([[0, 2n]])],
      ]),
    );
  });

  test('one that became live by another pod’s fork keeps that fork', async () => {
    const { admin, group } = broker();
    const live = async () => {
      group(OWN).offsets.set('payments', new Map([[0, 7n]]));
      return true;
    };
    expect(await fork(admin, { ...options, topics, isLive: live })).toBe('was forked');
    expect(group(OWN).offsets.get('payments')).toEqual(new Map([[0, 7n]]));
  });

  test('a commit that got lost is noticed', async () => {
    const { admin, group } = broker();
    let tries = 0;
    const commitIfEmpty: typeof admin.commitIfEmpty = async (...args) => {
      tries += 1;
      return tries === 1 ? 'done' : admin.commitIfEmpty(...args);
    };
    expect(await fork({ ...admin, commitIfEmpty }, { ...options, topics })).toBe('forked');
    expect(group(OWN).offsets.get('payments')?.get(0)).toBe(20n);
  });

  test('a topic that does not exist is named', async () => {
    const { admin } = broker();
    await expect(fork(admin, { ...options, topics: ['payments', 'gone'] })).rejects.toThrow(
      'topic "gone" does not exist',
    );
  });
});
