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

describe('the end state of a real cluster counts as the same', () => {
  test.each<[string, Change]>([
    ['with default values', ({ spec }) => Object.assign(spec, { minReadySeconds: 0 })],
    ['with another uid', ({ metadata }) => Object.assign(metadata, { uid: 'x' })],
    [
      'with another parent',
      ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'controller-uid': '2' }),
    ],
    [
      'with other timestamps',
      ({ metadata }) =>
        Object.assign(metadata.annotations ?? {}, {
          'riskified.com/draining-since': '2026-02-02T11:22:33Z',
        }),
    ],
    [
      'with the annotations of kubectl',
      ({ metadata }) =>
        Object.assign(metadata.annotations ?? {}, {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        }),
    ],
  ])('%s', (_, change) => {
    expect(found(deployment, change)).toEqual([]);
  });
});

describe('the end state counts as different', () => {
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
      'with an additional item',
      deployment,
      ({ spec }) =>
        Object.assign(spec, { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } }),
      'spec.template.spec.containers',
    ],
    [
      'with an additional field, where no server sets defaults',
      rule,
      ({ spec }) => Object.assign(spec, { exportTo: ['.'] }),
      'spec.exportTo',
    ],
    [
      'with an additional label',
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

  test('with an additional or a missing object', () => {
    const one = project([deployment()]);
    expect(projectionDifferences(one, {})).toEqual([
      'Deployment shop/backend: is on the in-memory cluster only',
    ]);
    expect(projectionDifferences({}, one)).toEqual([
      'Deployment shop/backend: is on the real cluster only',
    ]);
  });
});
