import { describe, expect, it } from '@jest/globals';
import { SPEC_ANNOTATION } from '../../../../../src/api/marks.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { Deployment, DeploymentStatus } from '../../../../../src/k8s/workload.ts';
import { deploymentStatus } from '../../../../../src/kinds/dynamicenv/status/deployment-status.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  injection,
  type Meta,
  NOW,
  running,
  stamp,
  workload,
} from '../../../../support/objects.ts';

const applied = (meta: Meta = {}) =>
  deployment(
    'shop/backend-alice',
    { replicas: 2 },
    { generation: 2, annotations: { [SPEC_ANNOTATION]: 'now' }, ...meta },
  );
const wanted = applied();

interface Given {
  clone?: Deployment;
  wanted?: Deployment | undefined;
  departing?: string[];
  injections?: RouteInjection[];
}

function judge(given: Given) {
  const { clone, departing = [], injections = [] } = given;
  const deploymentWanted = 'wanted' in given ? given.wanted : wanted;
  const plan = {
    kind: 'subset' as const,
    workload: workload('shop/backend'),
    key: 'shop/backend',
    cloneName: 'backend-alice',
    ...(clone === undefined ? {} : { observed: clone }),
    ...(deploymentWanted === undefined ? {} : { deployment: deploymentWanted }),
    recreate: false,
    hosts: [],
    problems: [],
  };
  const { name, namespace, ...rest } = deploymentStatus(deepFreeze(plan), {
    env: dynamicEnv(),
    view: meshView({}, 'cluster.local'),
    observed: { deployments: [], rules: [], injections },
    departing: new Set(departing),
    config: CONFIG,
    now: NOW,
  });
  expect([name, namespace]).toEqual(['backend-alice', 'shop']);
  return rest;
}

const active = [injection({ active: true })];
const inactive = [injection()];
const elsewhere = [
  injection({ active: true, deployment: { namespace: 'bank', name: 'backend' } }),
  injection({ active: true, deployment: { namespace: 'shop', name: 'web' } }),
];
const CRASHED = {
  status: 'failed',
  message: 'its pods were available and no longer are; see its events',
};

/** The status of a clone without available pods. `progress` is the reason of its condition Progressing. */
function without(progress: string | undefined, rest: DeploymentStatus = {}): Deployment {
  const conditions = [
    { type: 'Available', status: 'False' },
    ...(progress === undefined ? [] : [{ type: 'Progressing', status: 'True', reason: progress }]),
  ];
  return running(applied(), { availableReplicas: 0, conditions, ...rest });
}

describe('deploymentStatus', () => {
  it.each<[string, Given, object]>([
    ['nothing can be created', { wanted: undefined }, { status: 'missing' }],
    ['not created yet', {}, { status: 'initializing' }],
    ['all pods run', { clone: running(applied()) }, { status: 'running' }],
    [
      'being deleted',
      { clone: running(applied({ deletionTimestamp: stamp(0) })) },
      { status: 'removing' },
    ],
    [
      'it departs',
      { clone: running(applied()), departing: ['Deployment shop/backend-alice'] },
      { status: 'removing' },
    ],
    [
      'another clone departs',
      { clone: running(applied()), departing: ['Deployment bank/backend-alice'] },
      { status: 'running' },
    ],
    ['no status yet', { clone: applied() }, { status: 'initializing' }],
    ['first pods start', { clone: without('ReplicaSetUpdated') }, { status: 'initializing' }],
    [
      'first pods start, without a condition',
      { clone: without(undefined) },
      { status: 'initializing' },
    ],
    [
      'some pods run',
      { clone: running(applied(), { updatedReplicas: 1 }) },
      { status: 'updating' },
    ],
    [
      'some pods run, although maxUnavailable allows zero',
      { clone: without('ReplicaSetUpdated', { availableReplicas: 1 }) },
      { status: 'updating' },
    ],
    [
      'the change is not written yet',
      { clone: running(applied({ annotations: { [SPEC_ANNOTATION]: 'old' } })) },
      { status: 'updating' },
    ],
    [
      'it has lost all annotations',
      { clone: running({ ...wanted, metadata: { name: 'backend-alice', namespace: 'shop' } }) },
      { status: 'updating' },
    ],
    [
      'it has lost its marks',
      { clone: running(applied({ annotations: {} })) },
      { status: 'updating' },
    ],
    [
      'the Deployment controller has not seen the change yet',
      { clone: running(applied(), { observedGeneration: 1 }) },
      { status: 'updating' },
    ],
    [
      'the old spec has failed',
      {
        clone: running(applied(), {
          observedGeneration: 1,
          availableReplicas: 0,
          conditions: [
            { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
          ],
        }),
      },
      { status: 'initializing' },
    ],
    [
      'the Deployment controller has not seen the change yet, and the routes are in place',
      { clone: without('NewReplicaSetAvailable', { observedGeneration: 1 }), injections: active },
      { status: 'updating' },
    ],
    [
      'the new pods start after the old ones are gone',
      { clone: without('ReplicaSetUpdated'), injections: active },
      { status: 'updating' },
    ],
    [
      'the rollout is stuck',
      {
        clone: running(applied(), {
          conditions: [
            {
              type: 'Progressing',
              status: 'False',
              reason: 'ProgressDeadlineExceeded',
              message: 'timed out',
            },
          ],
        }),
      },
      { status: 'failed', message: 'timed out' },
    ],
    ['its pods crash', { clone: without('NewReplicaSetAvailable'), injections: active }, CRASHED],
    ['its pods crash before it has routes', { clone: without('NewReplicaSetAvailable') }, CRASHED],
    [
      'its pods crash, without a condition',
      { clone: without(undefined), injections: active },
      CRASHED,
    ],
    [
      'no routes yet',
      { clone: without(undefined), injections: inactive },
      { status: 'initializing' },
    ],
    [
      'routes of other envs',
      { clone: without(undefined), injections: elsewhere },
      { status: 'initializing' },
    ],
  ])('%s', (_what, given, expected) => {
    expect(judge(given)).toEqual(expected);
  });
});
