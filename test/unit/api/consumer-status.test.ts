import { describe, expect, test } from '@jest/globals';
import { readConsumersStatus, toConsumersStatus } from '../../../src/api/consumer-status.ts';
import type { ConsumerStatus, WorkloadStatus } from '../../../src/api/dynamicenv.ts';

const clone = { name: 'jobs-alice', namespace: 'shop', status: 'failed', message: 'why' } as const;
const error = { error: 'not found', lastOccurrence: '2026-01-01T00:00:00Z' };
const other = { error: 'another', lastOccurrence: '2026-01-01T00:00:01Z' };

describe('the status entry of a consumer', () => {
  test.each<[string, WorkloadStatus, ConsumerStatus]>([
    ['that runs', { deployment: clone }, { ...clone, deployment: clone }],
    [
      'with errors of several parts, each listed once',
      {
        deployment: clone,
        subsetErrors: { deployment: [error, other], subset: [error], virtualServices: [] },
      },
      { ...clone, errors: [error, other], deployment: clone },
    ],
  ])('%s', (_what, workload, entry) => {
    expect(toConsumersStatus({ 'shop/jobs': workload })).toEqual({
      consumersStatus: { 'shop/jobs': entry },
    });
  });

  test('is absent without consumers', () => {
    expect(toConsumersStatus({})).toEqual({});
  });
});

describe("consumers' entries in the format of subsets' entries", () => {
  test.each<[string, ConsumerStatus, WorkloadStatus]>([
    ['as this version writes them', { ...clone, deployment: clone }, { deployment: clone }],
    [
      'with errors',
      { ...clone, deployment: clone, errors: [error] },
      { deployment: clone, subsetErrors: { deployment: [error] } },
    ],
    [
      'as an earlier version wrote them',
      { deployment: clone, subsetErrors: { deployment: [error], subset: [other] } },
      { deployment: clone, subsetErrors: { deployment: [error, other] } },
    ],
    [
      'without any clone',
      { errors: [error] },
      {
        deployment: { name: 'jobs', namespace: 'shop', status: 'unknown' },
        subsetErrors: { deployment: [error] },
      },
    ],
    ['empty', {}, { deployment: { name: 'jobs', namespace: 'shop', status: 'unknown' } }],
  ])('%s', (_what, entry, workload) => {
    expect(readConsumersStatus({ consumersStatus: { 'shop/jobs': entry } })).toEqual({
      'shop/jobs': workload,
    });
  });

  test.each([undefined, {}])('are absent for %j', (status) => {
    expect(readConsumersStatus(status)).toEqual({});
  });
});
