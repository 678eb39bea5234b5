import { describe, expect, test } from '@jest/globals';
import type { Cluster } from '../../../../src/simulator/cluster.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { rule, scripted } from '../scripted.ts';

function ownedBy(owners: LocalObject[], child = rule('child'), more: object = {}): LocalObject {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata: { name, uid = '' } }) => ({
    apiVersion,
    kind,
    name,
    uid,
    blockOwnerDeletion: true,
    ...more,
  }));
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}

function names(cluster: Cluster): string[] {
  return cluster.list('DestinationRule').map(({ metadata }) => metadata.name);
}

async function family() {
  const { cluster } = scripted();
  const owner = await cluster.as().create(rule('owner'));
  await cluster.as().create(ownedBy([owner]));
  await cluster.advance(1);
  expect(names(cluster)).toEqual(['child', 'owner']);
  return { cluster, owner };
}

describe('garbage collection', () => {
  test('background: the owner goes at once, its dependents soon after', async () => {
    const { cluster } = await family();
    await cluster.as().delete('DestinationRule', 'shop', 'owner');
    expect(names(cluster)).toEqual(['child']);
    await cluster.advance(1);
    expect(names(cluster)).toEqual([]);
    expect(cluster.history.at(-1)?.user).toBe(
      'system:serviceaccount:kube-system:generic-garbage-collector',
    );
  });

  test('foreground: dependents first, the owner when they are gone', async () => {
    const { cluster } = await family();
    const hold = { metadata: { finalizers: ['a/b'] } };
    await cluster.as().patch('DestinationRule', 'shop', 'child', hold);
    await cluster.as().delete('DestinationRule', 'shop', 'owner', { propagation: 'Foreground' });
    await cluster.advance(1);
    expect(cluster.get('DestinationRule', 'shop', 'owner')?.metadata).toMatchObject({
      finalizers: ['foregroundDeletion'],
      deletionTimestamp: expect.any(String),
    });
    expect(
      cluster.get('DestinationRule', 'shop', 'child')?.metadata.deletionTimestamp,
    ).toBeDefined();
    await cluster
      .as()
      .patch('DestinationRule', 'shop', 'child', { metadata: { finalizers: null } });
    await cluster.advance(1);
    expect(names(cluster)).toEqual([]);
  });

  test('orphan: dependents stay without their reference', async () => {
    const { cluster } = await family();
    await cluster.as().delete('DestinationRule', 'shop', 'owner', { propagation: 'Orphan' });
    await cluster.advance(1);
    expect(names(cluster)).toEqual(['child']);
    expect(
      cluster.get('DestinationRule', 'shop', 'child')?.metadata.ownerReferences,
    ).toBeUndefined();
  });

  test('with two owners a dependent stays while one is left', async () => {
    const { cluster, owner } = await family();
    const second = await cluster.as().create(rule('second'));
    await cluster.as().create(ownedBy([owner, second], rule('both')));
    await cluster.as().delete('DestinationRule', 'shop', 'owner');
    await cluster.advance(1);
    expect(cluster.get('DestinationRule', 'shop', 'both')?.metadata.ownerReferences).toHaveLength(
      1,
    );
    await cluster.as().delete('DestinationRule', 'shop', 'second');
    await cluster.advance(1);
    expect(names(cluster)).toEqual([]);
  });

  test('an object whose owner is gone, or was replaced by another object of that name, is deleted', async () => {
    const { cluster, owner } = await family();
    await cluster.as().delete('DestinationRule', 'shop', 'owner');
    await cluster.advance(1);
    await cluster.as().create(rule('owner'));
    await cluster.as().create(ownedBy([owner], rule('late')));
    await cluster.advance(1);
    expect(names(cluster)).toEqual(['owner']);
  });

  test('an owner of a kind that the cluster does not serve counts as present', async () => {
    const { cluster, owner } = await family();
    const stranger = { ...owner, apiVersion: 'example.com/v1' };
    await cluster.as().create(ownedBy([stranger], rule('kept')));
    await cluster.advance(1);
    expect(names(cluster)).toContain('kept');
  });

  test('a deletion that fails is tried again', async () => {
    const { cluster } = await family();
    const lift = cluster.faults.failWrite(
      ({ name, verb }) => name === 'child' && verb === 'delete',
    );
    await cluster.as().delete('DestinationRule', 'shop', 'owner');
    await cluster.advance(5);
    expect(names(cluster)).toEqual(['child']);
    lift();
    await cluster.advance(10);
    expect(names(cluster)).toEqual([]);
  });

  test('a dependent that was replaced by another object of its name is kept', async () => {
    const { cluster } = await family();
    await cluster.as().delete('DestinationRule', 'shop', 'owner');
    await cluster.as().delete('DestinationRule', 'shop', 'child');
    await cluster.as().create(rule('child'));
    await cluster.advance(1);
    expect(names(cluster)).toEqual(['child']);
  });
});
