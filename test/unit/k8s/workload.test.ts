import { describe, expect, it } from '@jest/globals';
import {
  type Deployment,
  type DeploymentStatus,
  isAvailable,
  isRolledOut,
  rolledOutSince,
  rolloutFailure,
} from '../../../src/k8s/workload.ts';
import { deployment, running } from '../../support/objects.ts';

const base = deployment('shop/backend', { replicas: 2 }, { generation: 3 });
const having = (status: DeploymentStatus): Deployment => running(base, status);
const condition = (type: string, status: string, rest = {}) => ({ type, status, ...rest });

describe('rolledOutSince', () => {
  const times = (lastTransitionTime?: string, lastUpdateTime?: string) =>
    having({
      conditions: [
        condition('Available', 'True', lastTransitionTime && { lastTransitionTime }),
        condition('Progressing', 'True', lastUpdateTime && { lastUpdateTime }),
      ],
    });
  const [early, late] = ['2026-01-01T12:00:00Z', '2026-01-01T12:00:01Z'];

  it.each<[string, Deployment, string | undefined]>([
    ['all pods are new, and enough were available before', times(early, late), late],
    ['enough are available at last', times(late, early), late],
    ['it has no progress deadline', times(early), early],
    ['it says nothing', times(), undefined],
    ['it says nonsense', times('soon'), undefined],
    ['it has no status', base, undefined],
  ])('%s', (_what, object, expected) => {
    expect(rolledOutSince(object)).toBe(expected);
  });
});

describe('isAvailable', () => {
  it.each<[string, Deployment, boolean]>([
    ['all pods are available', running(base), true],
    ['no status', base, false],
    ['the status is of an older spec', having({ observedGeneration: 2 }), false],
    ['the status is of a newer spec', having({ observedGeneration: 4 }), true],
    ['no conditions', having({ conditions: [] }), false],
    ['not available', having({ conditions: [condition('Available', 'False')] }), false],
    // With maxUnavailable, enough pods can mean zero pods.
    ['enough pods, but zero', having({ availableReplicas: 0 }), false],
    ['one of two pods', having({ availableReplicas: 1 }), true],
    ['without generations', running(deployment('shop/backend')), true],
  ])('%s', (_what, object, expected) => {
    expect(isAvailable(object)).toBe(expected);
  });

  it('counts that are absent are 0', () => {
    const { availableReplicas: _count, ...status } = running(base).status ?? {};
    expect(isAvailable({ ...base, status })).toBe(false);
    expect(isAvailable({ ...base, status: { ...status, availableReplicas: 1 } })).toBe(true);
  });
});

describe('isRolledOut', () => {
  it.each<[string, Deployment, boolean]>([
    ['all pods are new', running(base), true],
    ['one pod is still to come', having({ updatedReplicas: 1, replicas: 1 }), false],
    ['an old pod is still there', having({ replicas: 3 }), false],
    ['more pods than wanted', having({ replicas: 3, updatedReplicas: 3 }), true],
    ['not available', having({ availableReplicas: 0 }), false],
    ['one replica is the default', oneByDefault(1), true],
    ['the default replica must be there, too', oneByDefault(0), false],
  ])('%s', (_what, object, expected) => {
    expect(isRolledOut(object)).toBe(expected);
  });

  it('counts that are absent are 0', () => {
    const { replicas: _r, updatedReplicas: _u, ...status } = running(base).status ?? {};
    expect(isRolledOut({ ...base, status })).toBe(false);
    expect(isRolledOut({ ...base, status: { ...status, updatedReplicas: 2 } })).toBe(true);
  });

  function oneByDefault(updatedReplicas: number): Deployment {
    const { replicas: _replicas, ...spec } = base.spec;
    return running({ ...base, spec }, { updatedReplicas, replicas: updatedReplicas });
  }
});

describe('rolloutFailure', () => {
  it.each<[string, Deployment, string | undefined]>([
    ['no failure', running(base), undefined],
    ['no status', base, undefined],
    [
      'progress deadline exceeded',
      having({
        conditions: [
          condition('Progressing', 'False', {
            reason: 'ProgressDeadlineExceeded',
            message: 'late',
          }),
        ],
      }),
      'late',
    ],
    [
      'progress deadline exceeded, without a message',
      having({
        conditions: [condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' })],
      }),
      'ProgressDeadlineExceeded',
    ],
    [
      'pods are refused',
      having({
        conditions: [
          condition('ReplicaFailure', 'True', { reason: 'FailedCreate', message: 'quota' }),
        ],
      }),
      'quota',
    ],
    [
      'pods are refused, with a reason only',
      having({ conditions: [condition('ReplicaFailure', 'True', { reason: 'FailedCreate' })] }),
      'FailedCreate',
    ],
    [
      'pods are refused, without message and reason',
      having({ conditions: [condition('ReplicaFailure', 'True')] }),
      'ReplicaFailure',
    ],
    [
      'pods were refused earlier',
      having({ conditions: [condition('ReplicaFailure', 'False', { message: 'quota' })] }),
      undefined,
    ],
  ])('%s', (_what, object, expected) => {
    expect(rolloutFailure(object)).toBe(expected);
  });
});
