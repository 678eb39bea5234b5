import { describe, expect, it } from '@jest/globals';
import {
  isLeaving,
  isReady,
  isRolledOut,
} from '../../../../src/kinds/virtual-environment/ready.ts';
import type { Workload } from '../../../../src/kinds/virtual-environment/types.ts';

const workload = (replicas: number | undefined, status: Workload['status']): Workload => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec: replicas === undefined ? {} : { replicas },
  ...(status === undefined ? {} : { status }),
});

describe('a workload', () => {
  it.each<[string, Workload, boolean]>([
    ['all pods are new', workload(2, { replicas: 2, updatedReplicas: 2 }), true],
    ['one is new', workload(2, { replicas: 3, updatedReplicas: 1 }), false],
    ['an old one is left', workload(2, { replicas: 3, updatedReplicas: 2 }), false],
    ['one replica by default', workload(undefined, { replicas: 1, updatedReplicas: 1 }), true],
    ['no status', workload(undefined, undefined), false],
    ['scaled to zero', workload(0, {}), true],
  ])('is rolled out: %s', (_, given, expected) => {
    expect(isRolledOut(given)).toBe(expected);
  });

  it('is not rolled out while its controller has not seen its spec', () => {
    const given = workload(1, { observedGeneration: 1, replicas: 1, updatedReplicas: 1 });
    const at = (generation: number) => ({ ...given, metadata: { name: 'a', generation } });
    expect([1, 2].map((generation) => isRolledOut(at(generation)))).toEqual([true, false]);
  });

  it.each<[string, Workload, boolean]>([
    ['one of two pods', workload(2, { readyReplicas: 1 }), true],
    ['no pod', workload(1, {}), false],
    ['scaled to zero, and its pods are still there', workload(0, { readyReplicas: 1 }), false],
  ])('is ready: %s', (_, given, expected) => {
    expect(isReady(given)).toBe(expected);
  });

  it('leaves when it is being deleted', () => {
    const given = workload(1, {});
    const metadata = { ...given.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(isLeaving(given)).toBe(false);
    expect(isLeaving({ ...given, metadata })).toBe(true);
  });
});
