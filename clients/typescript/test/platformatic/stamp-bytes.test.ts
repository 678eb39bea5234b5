import { expect, test } from '@jest/globals';
import { withBytes } from '../../src/platformatic/stamp-bytes.ts';

const bytes = (text: string) => Buffer.from(text);
const ROUTE = [bytes('x-source-route'), bytes('mp-101')] as const;

test('texts of stamped messages become bytes, others stay', () => {
  const own = { topic: 'payments', headers: new Map([ROUTE]) };
  const record = {
    acks: 1,
    messages: [
      own,
      { topic: 'payments', headers: new Map([[bytes('user'), bytes('alice')]]) },
      { topic: 'payments' },
    ],
  };
  const stamped = {
    acks: 1,
    messages: [
      own,
      {
        topic: 'payments',
        headers: new Map<unknown, unknown>([
          [bytes('user'), bytes('alice')],
          ['x-source-route', 'mp-101'],
        ]),
      },
      { topic: 'payments', headers: { 'x-source-route': 'mp-101' } },
    ],
  };
  const result = withBytes<{ acks: number; messages: object[] }>(record, stamped);
  expect(result.messages[0]).toBe(own);
  expect(result).toEqual({
    acks: 1,
    messages: [
      own,
      { topic: 'payments', headers: new Map([[bytes('user'), bytes('alice')], ROUTE]) },
      { topic: 'payments', headers: new Map([ROUTE]) },
    ],
  });
});

test('a record without messages stays as it is', () => {
  const record = {};
  expect(withBytes(record, record)).toBe(record);
});
