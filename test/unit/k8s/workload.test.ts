import { describe, expect, it } from '@jest/globals';
import {
  type Deployment,
  type DeploymentStatus,
  isAvailable,
  isRolledOut,
  rolloutFailure,
} from '../../../src/k8s/workload.ts';
import { deployment, running } from '../../support/objects.ts';

const base = deployment('shop/backend', { replicas: 2 }, { generation: 3 });
const having = (status: DeploymentStatus): Deployment => running(base, status);
const condition = (type: string, status: string, rest = {}) => ({ type, status, ...rest });

describe('isAvailable', () => {
  it.each<[string, Deployment, boolean]>([
    ['all pods run', running(base), true],
    ['no status', base, false],
    ['the status is about an older spec', having({ observedGeneration: 2 }), false],
    ['a status that knows a later spec', having({ observedGeneration: 4 }), true],
    ['no conditions', having({ conditions: [] }), false],
    ['not available', having({ conditions: [condition('Available', 'False')] }), false],
    // maxUnavailable may allow that none is there.
    ['enough pods, but none', having({ availableReplicas: 0 }), false],
    ['one of two', having({ availableReplicas: 1 }), true],
    ['without generations', running(deployment('shop/backend')), true],
  ])('%s', (_what, object, expected) => {
    expect(isAvailable(object)).toBe(expected);
  });

  it('takes unwritten counts for none', () => {
    const { availableReplicas: _count, ...status } = running(base).status ?? {};
    expect(isAvailable({ ...base, status })).toBe(false);
    expect(isAvailable({ ...base, status: { ...status, availableReplicas: 1 } })).toBe(true);
  });
});

describe('isRolledOut', () => {
  it.each<[string, Deployment, boolean]>([
    ['all pods are new', running(base), true],
    ['one is still to come', having({ updatedReplicas: 1, replicas: 1 }), false],
    ['an old one is still there', having({ replicas: 3 }), false],
    ['more than wanted', having({ replicas: 3, updatedReplicas: 3 }), true],
    ['not available', having({ availableReplicas: 0 }), false],
    ['one replica is the default', oneByDefault(1), true],
    ['and it has to be there', oneByDefault(0), false],
  ])('%s', (_what, object, expected) => {
    expect(isRolledOut(object)).toBe(expected);
  });

  it('takes unwritten counts for none', () => {
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
    ['all is well', running(base), undefined],
    ['no status', base, undefined],
    [
      'out of time',
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
      'out of time, without a message',
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
      'pods are refused, without a word',
      having({ conditions: [condition('ReplicaFailure', 'True')] }),
      'ReplicaFailure',
    ],
    [
      'pods were refused',
      having({ conditions: [condition('ReplicaFailure', 'False', { message: 'quota' })] }),
      undefined,
    ],
  ])('%s', (_what, object, expected) => {
    expect(rolloutFailure(object)).toBe(expected);
  });
});
