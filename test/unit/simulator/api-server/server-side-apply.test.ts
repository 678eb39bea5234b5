import { describe, expect, test } from '@jest/globals';
import { deployment, rule, scripted } from '../scripted.ts';

function cluster() {
  return scripted().cluster;
}

function managers(object: { metadata: { managedFields?: unknown[] } } | undefined): string[] {
  const entries = (object?.metadata.managedFields ?? []) as {
    manager: string;
    operation: string;
  }[];
  return entries.map(({ manager, operation }) => `${manager} ${operation}`);
}

describe('server-side apply', () => {
  test('creates fields, and removes those that it no longer sends', async () => {
    const on = cluster();
    const first = rule('rule', { host: 'a', trafficPolicy: { tls: { mode: 'DISABLE' } } });
    first.metadata.labels = { a: '1', b: '2' };
    await on.as().serverSideApply(first, 'argo');
    const second = rule('rule', { host: 'b' });
    second.metadata.labels = { a: '1' };
    const applied = await on.as().serverSideApply(second, 'argo');
    expect(applied.spec).toEqual({ host: 'b' });
    expect(applied.metadata.labels).toEqual({ a: '1' });
    expect(applied.metadata.generation).toBe(2);
    expect(managers(applied)).toEqual(['argo Apply']);
  });

  test('the same apply a second time writes nothing', async () => {
    const on = cluster();
    await on.as().serverSideApply(rule(), 'argo');
    await on.advance(10);
    await on.as().serverSideApply(rule(), 'argo');
    expect(on.history).toHaveLength(1);
  });

  test("conflicts with another manager's fields unless forced", async () => {
    const on = cluster();
    await on.as().apply(rule('rule', { host: 'a', exportTo: ['.'] }));
    const mine = rule('rule', { host: 'b', exportTo: ['*'] });
    await expect(on.as().serverSideApply(mine, 'argo')).rejects.toThrow(
      'Apply failed with 2 conflicts: conflict with "kubectl-client-side-apply": .spec.exportTo; ' +
        'conflict with "kubectl-client-side-apply": .spec.host',
    );
    const applied = await on.as().serverSideApply(mine, 'argo', { force: true });
    expect(applied.spec).toEqual({ host: 'b', exportTo: ['*'] });
    expect(managers(applied)).toEqual(['argo Apply', 'kubectl-client-side-apply Update']);
    const one = rule('rule', { host: 'c' });
    await expect(on.as().serverSideApply(one)).rejects.toThrow('Apply failed with 1 conflict:');
  });

  test('shares a field with the same value; it is removed when no manager applies it', async () => {
    const on = cluster();
    await on.as().serverSideApply(rule('rule', { host: 'a', exportTo: ['.'] }), 'one');
    await on.as().serverSideApply(rule('rule', { host: 'a', exportTo: ['.'] }), 'two');
    const left = await on.as().serverSideApply(rule('rule', { host: 'a' }), 'one');
    expect(left.spec).toEqual({ host: 'a', exportTo: ['.'] });
    const gone = await on.as().serverSideApply(rule('rule', { host: 'a' }), 'two');
    expect(gone.spec).toEqual({ host: 'a' });
  });

  test('merges keyed lists; two ports 53 are two ports', async () => {
    const on = cluster();
    const ports = [
      { name: 'tcp', containerPort: 53 },
      { name: 'udp', containerPort: 53, protocol: 'UDP' },
    ];
    await on.as().serverSideApply(deployment('a', 'dns:1', { ports }), 'argo');
    await on.as().patch('Deployment', 'shop', 'a', {
      metadata: { labels: { theirs: 'yes' }, finalizers: ['a/b'] },
    });
    const more = { ports: [{ name: 'tcp', containerPort: 53 }], env: [{ name: 'A', value: '1' }] };
    const applied = await on.as().serverSideApply(deployment('a', 'dns:2', more), 'argo');
    expect(applied.spec).toMatchObject({
      template: { spec: { containers: [{ image: 'dns:2', env: [{ name: 'A' }] }] } },
    });
    const text = JSON.stringify(applied.spec);
    expect(text.match(/containerPort/g)).toHaveLength(1);
    expect(text).toContain('"protocol":"TCP"');
    expect(applied.metadata).toMatchObject({ labels: { theirs: 'yes' }, finalizers: ['a/b'] });
    expect(text).toContain('progressDeadlineSeconds');
  });

  test('refuses two items of one key, which a create accepts', async () => {
    const on = cluster();
    const twice = {
      env: [{ name: 'D', value: 'p' }, { name: 'D' }],
      ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }],
    };
    await on.as().create(deployment('other', 'app:1', twice));
    await expect(on.as().serverSideApply(deployment('a', 'app:1', twice), 'argo')).rejects.toThrow(
      'failed to create typed patch object (shop/a; apps/v1, Kind=Deployment): errors:\n' +
        '  .spec.template.spec.containers[name="main"].env: duplicate entries for key [name="D"]\n' +
        '  .spec.template.spec.containers[name="main"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]',
    );
    const one = { env: [{ name: 'D' }, { name: 'D' }] };
    await expect(on.as().serverSideApply(deployment('a', 'app:1', one), 'argo')).rejects.toThrow(
      'Kind=Deployment): .spec.template.spec.containers[name="main"].env: duplicate entries for key [name="D"]',
    );
  });

  test('removes an item of a list, and a value of a set, that it applied before', async () => {
    const on = cluster();
    const held = deployment('a', 'app:1', { env: [{ name: 'A', value: '1' }, { name: 'B' }] });
    held.metadata.finalizers = ['a/x', 'a/y'];
    await on.as().serverSideApply(held, 'argo');
    const less = deployment('a', 'app:1', { env: [{ name: 'B' }] });
    less.metadata.finalizers = ['a/x'];
    const applied = await on.as().serverSideApply(less, 'argo');
    expect(JSON.stringify(applied.spec)).toContain('"env":[{"name":"B"}]');
    expect(applied.metadata.finalizers).toEqual(['a/x']);
  });

  test('keeps its own item if another manager has added fields to it', async () => {
    const on = cluster();
    await on.as().serverSideApply(deployment('a', 'app:1', { env: [{ name: 'A' }] }), 'argo');
    const containers = [{ name: 'main', image: 'app:1', env: [{ name: 'A', value: 'theirs' }] }];
    await on
      .as()
      .patch('Deployment', 'shop', 'a', { spec: { template: { spec: { containers } } } });
    const applied = await on.as().serverSideApply(deployment('a', 'app:1'), 'argo');
    expect(JSON.stringify(applied.spec)).toContain('"value":"theirs"');
  });
});

test('managedFields: a writer owns what it changed, and removed fields have no owner', async () => {
  const on = cluster();
  await on.as().create(rule('rule', { host: 'a', exportTo: ['.'] }));
  await on.advance(5);
  await on.as().patch('DestinationRule', 'shop', 'rule', { spec: { host: 'b', exportTo: null } });
  expect(on.get('DestinationRule', 'shop', 'rule')?.metadata.managedFields).toEqual([
    {
      manager: 'kubectl-create',
      operation: 'Update',
      apiVersion: 'networking.istio.io/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { '.': {} } },
    },
    {
      manager: 'kubectl-patch',
      operation: 'Update',
      apiVersion: 'networking.istio.io/v1',
      time: '2026-01-01T00:00:05Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:host': {} } },
    },
  ]);
});
