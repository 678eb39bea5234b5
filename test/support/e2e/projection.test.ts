import { describe, expect, test } from '@jest/globals';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { project, projectionDifferences } from '../../e2e/loop/lib/projection.ts';

type Change = (object: LocalObject & { spec: Record<string, unknown> }) => void;

const deployment = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'backend',
    namespace: 'shop',
    labels: { app: 'backend', 'controller-uid': '1' } as Record<string, string>,
    annotations: { 'riskified.com/draining-since': '2026-01-01T00:00:00Z' } as Record<
      string,
      string
    >,
  },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'a' }] } } } as Record<
    string,
    unknown
  >,
  status: { availableReplicas: 1 },
});

const rule = () => ({
  ...deployment(),
  kind: 'DestinationRule',
  spec: { host: 'backend' } as Record<string, unknown>,
});

function found(make: () => LocalObject & { spec: Record<string, unknown> }, change: Change) {
  const real = make();
  change(real);
  return projectionDifferences(project([make()]), project([real]));
}

describe('a real cluster’s end state is the same', () => {
  test.each<[string, Change]>([
    ['with defaults of its own', ({ spec }) => Object.assign(spec, { minReadySeconds: 0 })],
    ['with another uid', ({ metadata }) => Object.assign(metadata, { uid: 'x' })],
    [
      'with another parent',
      ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'controller-uid': '2' }),
    ],
    [
      'at another time',
      ({ metadata }) =>
        Object.assign(metadata.annotations ?? {}, {
          'riskified.com/draining-since': '2026-02-02T11:22:33Z',
        }),
    ],
    [
      'with kubectl’s notes',
      ({ metadata }) =>
        Object.assign(metadata.annotations ?? {}, {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        }),
    ],
  ])('%s', (_, change) => {
    expect(found(deployment, change)).toEqual([]);
  });
});

describe('it is not', () => {
  test.each<[string, typeof deployment, Change, string]>([
    [
      'with another value',
      deployment,
      ({ spec }) => Object.assign(spec, { replicas: 2 }),
      'spec.replicas: in memory 1, really 2',
    ],
    [
      'without a field',
      deployment,
      ({ spec }) => {
        delete spec['replicas'];
      },
      'spec.replicas: in memory 1, really undefined',
    ],
    [
      'with one item more',
      deployment,
      ({ spec }) =>
        Object.assign(spec, { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } }),
      'spec.template.spec.containers',
    ],
    [
      'with a field more, where nobody sets defaults',
      rule,
      ({ spec }) => Object.assign(spec, { exportTo: ['.'] }),
      'spec.exportTo',
    ],
    [
      'with a label more',
      deployment,
      ({ metadata }) => Object.assign(metadata.labels ?? {}, { x: 'y' }),
      'labels.x',
    ],
    [
      'without a parent',
      deployment,
      ({ metadata }) => {
        delete metadata.labels?.['controller-uid'];
      },
      'labels.controller-uid',
    ],
    [
      'with a finalizer',
      deployment,
      ({ metadata }) => Object.assign(metadata, { finalizers: ['a/b'] }),
      'finalizers',
    ],
    [
      'when it is being deleted',
      deployment,
      ({ metadata }) => Object.assign(metadata, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      'isLeaving',
    ],
    [
      'with fewer pods',
      deployment,
      ({ status }) => Object.assign(status ?? {}, { availableReplicas: 0 }),
      'status.availableReplicas',
    ],
  ])('%s', (_, make, change, words) => {
    expect(found(make as typeof deployment, change).join()).toContain(words);
  });

  test('with an object more or less', () => {
    const one = project([deployment()]);
    expect(projectionDifferences(one, {})).toEqual([
      'Deployment shop/backend: is on the in-memory cluster only',
    ]);
    expect(projectionDifferences({}, one)).toEqual([
      'Deployment shop/backend: is on the real cluster only',
    ]);
  });
});
