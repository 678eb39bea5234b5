import { describe, expect, test } from '@jest/globals';
import { stampRecord } from '../../src/stamp/stamp.ts';

const names = { service: 'x-service-route', source: 'x-source-route', readsBaggage: true };
const route = { 'x-source-route': 'mp-101' };

describe('stamp', () => {
  test.each<[string, object, object]>([
    ['without headers', { value: 'a' }, { value: 'a', headers: route }],
    [
      'with other headers',
      { value: 'a', headers: { type: 'b' } },
      { value: 'a', headers: { type: 'b', ...route } },
    ],
    ['null as headers', { value: 'a', headers: null }, { value: 'a', headers: route }],
    [
      'its own ref stays',
      { value: 'a', headers: { 'X-Source-Route': 'rc' } },
      { value: 'a', headers: { 'X-Source-Route': 'rc' } },
    ],
    [
      'its own pairs stay alone',
      { value: 'a', headers: { 'x-service-route': 'a:b' } },
      { value: 'a', headers: { 'x-service-route': 'a:b' } },
    ],
    [
      'a map',
      { headers: new Map([['type', 'b']]) },
      {
        headers: new Map([
          ['type', 'b'],
          ['x-source-route', 'mp-101'],
        ]),
      },
    ],
    [
      'a map of bytes with its own',
      { headers: new Map([[Buffer.from('x-source-route'), 'rc']]) },
      { headers: new Map([[Buffer.from('x-source-route'), 'rc']]) },
    ],
  ])('%s', (_, message, expected) => {
    const record = { topic: 't', messages: [message] };
    const before = structuredClone(message);
    expect(stampRecord(record, route, names)).toEqual({ topic: 't', messages: [expected] });
    expect(message).toEqual(before);
  });

  test('a batch of records', () => {
    const batch = { acks: -1, topicMessages: [{ topic: 't', messages: [{ value: 'a' }] }] };
    expect(stampRecord(batch, route, names)).toEqual({
      acks: -1,
      topicMessages: [{ topic: 't', messages: [{ value: 'a', headers: route }] }],
    });
  });

  test('what came by baggage becomes headers: all consumers read these', () => {
    const headers = { baggage: 'x-source-route=mp-101;ttl=5,x-service-route=a%3Ab' };
    expect(stampRecord({ messages: [{}] }, headers, names)).toEqual({
      messages: [{ headers: { 'x-source-route': 'mp-101', 'x-service-route': 'a:b' } }],
    });
  });

  test('without a route the record itself', () => {
    const record = { messages: [{ value: 'a' }] };
    expect(stampRecord(record, {}, names)).toBe(record);
  });
});
