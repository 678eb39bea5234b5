import { expect, test } from '@jest/globals';
import { readQuery } from '../../src/core/query.ts';

const workload = 'shop/order-service';

test.each([
  [{ workload }, { workload, after: undefined, waitMs: 0 }],
  [
    { workload, after: 'abc', wait: '8s' },
    { workload, after: 'abc', waitMs: 8_000 },
  ],
  [
    { workload, wait: '500ms' },
    { workload, after: undefined, waitMs: 500 },
  ],
  [
    { workload, after: '', wait: '20s' },
    { workload, after: undefined, waitMs: 20_000 },
  ],
  [
    { workload, wait: '0s', color: 'red' },
    { workload, after: undefined, waitMs: 0 },
  ],
])('reads %j', (query, expected) => expect(readQuery(query)).toEqual({ query: expected }));

test.each<[Record<string, unknown>, string]>([
  [{}, 'workload'],
  [{ workload: '' }, 'workload'],
  [{ workload: 'order-service' }, 'workload'],
  [{ workload: 'shop/order-service/x' }, 'workload'],
  [{ workload: '../../etc' }, 'workload'],
  [{ workload: 'Shop/Orders' }, 'workload'],
  [{ workload: `shop/${'a'.repeat(5000)}` }, 'workload'],
  [{ workload: [workload, workload] }, 'workload'],
  [{ workload, after: 'a'.repeat(129) }, 'after'],
  [{ workload, after: ['a', 'b'] }, 'after'],
  [{ workload, wait: '' }, 'wait'],
  [{ workload, wait: '8' }, 'wait'],
  [{ workload, wait: '-1s' }, 'wait'],
  [{ workload, wait: '1.5s' }, 'wait'],
  [{ workload, wait: '1m' }, 'wait'],
  [{ workload, wait: '21s' }, 'wait'],
  [{ workload, wait: '20001ms' }, 'wait'],
  [{ workload, wait: '9999999s' }, 'wait'],
  [{ workload, wait: ['1s', '2s'] }, 'wait'],
  [{ workload, wait: 'NaNs' }, 'wait'],
])('refuses %j, and names the parameter', (query, name) => {
  expect(readQuery(query)).toEqual({ error: expect.stringMatching(new RegExp(`^${name}[: ]`)) });
});
