import { describe, expect, test } from '@jest/globals';
import type { Cluster } from '../../../../src/simulator/cluster.ts';
import { deployment, scripted } from '../scripted.ts';

function conditions(cluster: Cluster): string[] {
  const status = cluster.get('Deployment', 'shop', 'clone')?.status;
  const list = (status?.['conditions'] ?? []) as { type: string; status: string; reason: string }[];
  return list.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
}

function numbers(cluster: Cluster): Record<string, unknown> {
  const { conditions: _, ...rest } = cluster.get('Deployment', 'shop', 'clone')?.status ?? {};
  return rest;
}

const COMPLETE = {
  availableReplicas: 1,
  observedGeneration: 1,
  readyReplicas: 1,
  replicas: 1,
  terminatingReplicas: 0,
  updatedReplicas: 1,
};

describe('Deployments', () => {
  test('become available after a while, step by step, without a new generation', async () => {
    const { cluster } = scripted({}, { podReadySeconds: 3 });
    await cluster.as().create(deployment());
    await cluster.advance(0.006);
    expect(conditions(cluster)).toEqual(['Progressing True NewReplicaSetCreated']);
    expect(numbers(cluster)).toEqual({});
    await cluster.advance(1);
    expect(conditions(cluster)).toEqual([
      'Available False MinimumReplicasUnavailable',
      'Progressing True ReplicaSetUpdated',
    ]);
    expect(numbers(cluster)).toMatchObject({ unavailableReplicas: 1, observedGeneration: 1 });
    await cluster.advance(3);
    expect(conditions(cluster)).toEqual([
      'Available True MinimumReplicasAvailable',
      'Progressing True NewReplicaSetAvailable',
    ]);
    expect(numbers(cluster)).toEqual(COMPLETE);
    expect(cluster.get('Deployment', 'shop', 'clone')?.metadata).toMatchObject({
      generation: 1,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
    });
  });

  test('serve requests during a rolling update', async () => {
    const { cluster } = scripted();
    await cluster.as().create(deployment());
    await cluster.advance(2);
    const before = cluster.get('Deployment', 'shop', 'clone')?.status?.['conditions'];
    const seen: unknown[] = [];
    cluster.onWrite(({ after }) =>
      seen.push(after?.status?.['replicas'], after?.status?.['updatedReplicas']),
    );
    await cluster.as().apply(deployment('clone', 'app:2'));
    await cluster.advance(2);
    expect(seen).toEqual([1, 1, 1, 1, 1, undefined, 2, 1, 2, 1, 1, 1]);
    expect(conditions(cluster)[0]).toBe('Available True MinimumReplicasAvailable');
    const after = cluster.get('Deployment', 'shop', 'clone')?.status?.['conditions'];
    expect((after as object[])[0]).toEqual((before as object[])[0]);
    expect(cluster.get('Deployment', 'shop', 'clone')?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '2',
    });
  });

  test('whose pods never become ready exceed their deadline; a good image repairs them', async () => {
    const { cluster } = scripted(
      {},
      { neverReady: ({ spec }) => JSON.stringify(spec).includes('never-ready') },
    );
    await cluster.as().create(deployment('clone', 'app:never-ready'));
    expect(await cluster.settle()).toMatchObject({ quiet: true });
    expect(conditions(cluster)[1]).toBe('Progressing True ReplicaSetUpdated');
    await cluster.advance(600);
    expect(conditions(cluster)).toEqual([
      'Available False MinimumReplicasUnavailable',
      'Progressing False ProgressDeadlineExceeded',
    ]);
    await cluster.as().apply(deployment('clone', 'app:2'));
    await cluster.advance(5);
    expect(numbers(cluster)).toEqual({ ...COMPLETE, observedGeneration: 2 });
  });

  test('crash and recover when a test says so', async () => {
    const { cluster } = scripted();
    const early = cluster.faults.crash('shop', 'clone');
    early();
    await cluster.as().create(deployment());
    await cluster.advance(2);
    const recover = cluster.faults.crash('shop', 'clone');
    await cluster.advance(1);
    expect(conditions(cluster)[0]).toBe('Available False MinimumReplicasUnavailable');
    expect(numbers(cluster)).toMatchObject({ unavailableReplicas: 1 });
    recover();
    await cluster.advance(2);
    expect(numbers(cluster)).toEqual(COMPLETE);
  });

  test('scale up and down, also to zero', async () => {
    const { cluster } = scripted();
    await cluster.as().create(deployment());
    await cluster.advance(2);
    await cluster.as().patch('Deployment', 'shop', 'clone', { spec: { replicas: 3 } });
    await cluster.advance(2);
    expect(numbers(cluster)).toMatchObject({ availableReplicas: 3, observedGeneration: 2 });
    await cluster.as().patch('Deployment', 'shop', 'clone', { spec: { replicas: 0 } });
    await cluster.advance(2);
    expect(numbers(cluster)).toEqual({ observedGeneration: 3, terminatingReplicas: 0 });
    await cluster.as().create(deployment('none'));
    await cluster.as().patch('Deployment', 'shop', 'none', { spec: { replicas: 0 } });
    await cluster.advance(2);
    expect(cluster.get('Deployment', 'shop', 'none')?.status?.['conditions']).toMatchObject([
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: 'True' },
    ]);
  });

  test('get their revision annotation back if somebody removes it; are not changed while they are deleted', async () => {
    const { cluster } = scripted();
    await cluster.as().create(deployment());
    await cluster.advance(2);
    await cluster.as().replace(deployment());
    await cluster.advance(2);
    expect(cluster.get('Deployment', 'shop', 'clone')?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/revision': '1',
    });
    await cluster.as().patch('Deployment', 'shop', 'clone', { spec: { replicas: 2 } });
    await cluster.as().delete('Deployment', 'shop', 'clone');
    await cluster.advance(2);
    expect(cluster.history.at(-1)?.verb).toBe('delete');
  });
});
