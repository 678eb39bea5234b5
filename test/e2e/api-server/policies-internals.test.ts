import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { installCrds } from '../control-plane/crds.ts';
import { deployment, metacontrollerMakes } from './lib/children.ts';
import {
  envOf,
  type Guarded,
  injectionOf,
  refuses,
  send,
  startGuarded,
  subscriberOf,
  workload,
} from './lib/guarded.ts';

const DENIED = (policy: string) =>
  `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: `;
const HINT = (user: string) =>
  `. If ${user} is Metacontroller, say so with the value config.metacontrollerUser of the chart dynamicenv`;
const notYours = (user: string, env: string) =>
  `${DENIED('dynamicenv-internals')}spec: RouteInjections are written by Metacontroller only: write the DynamicEnv ${env} instead; one without a DynamicEnv, as --cascade=orphan leaves it, is for cluster administrators to delete${HINT(user)}`;

let guarded: Guarded;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a'] });
  const { kubectl } = guarded;
  // Guy is a user with all verbs on the whole API group. Such roles are common.
  const rights = ['--verb=*', '--resource=*.riskified.com'];
  await kubectl(['create', 'clusterrole', 'generous', ...rights]);
  await kubectl([
    ...['create', 'clusterrole', 'generous-status', '--verb=*'],
    '--resource=dynamicenvs.riskified.com/status',
  ]);
  for (const role of ['generous', 'generous-status']) {
    await kubectl(['create', 'clusterrolebinding', role, `--clusterrole=${role}`, '--user=guy']);
  }
});

afterAll(() => guarded?.stop());

const merge = (target: string, patch: object) => [
  ...['patch', ...target.split(' '), '--type=merge', '-p'],
  JSON.stringify(patch),
];

describe('RouteInjections', () => {
  const TARGET = 'routeinjection loose-backend';
  const guy = (args: readonly string[]) => guarded.kubectl([...args, '--as=guy']);
  const admin = (args: readonly string[]) => guarded.kubectl(args);

  beforeAll(() => send(guarded.metacontroller, 'create', injectionOf('loose')));

  test('only Metacontroller may create them', async () => {
    const created = (...flags: string[]) =>
      send(guarded.kubectl, 'create', injectionOf('x'), ...flags);
    await expect(created('--as=guy')).rejects.toThrow(notYours('guy', 'x'));
    await expect(created()).rejects.toThrow(notYours('admin', 'x'));
    await expect(send(guarded.as('ann'), 'create', injectionOf('x'))).rejects.toThrow(
      'User "ann" cannot create resource "routeinjections"',
    );
    await expect(
      send(guarded.kubectl, 'apply', injectionOf('x'), '--server-side', '--dry-run=server'),
    ).rejects.toThrow(notYours('admin', 'x'));
  });

  test.each([
    ['its spec', { spec: { active: false } }],
    ['its labels', { metadata: { labels: { a: 'b' } } }],
    ['its owner references', { metadata: { ownerReferences: null, finalizers: ['orphan'] } }],
  ])('other users may not change them: %s', async (_what, patch) => {
    await expect(guy(merge(TARGET, patch))).rejects.toThrow(notYours('guy', 'loose'));
    await guarded.metacontroller([...merge(TARGET, patch), '--dry-run=server']);
  });

  test('not even a cluster administrator may change their spec', async () => {
    const patch = merge(TARGET, { spec: { host: 'other.team-b.svc.cluster.local' } });
    await expect(admin(patch)).rejects.toThrow(notYours('admin', 'loose'));
  });

  test('only cluster administrators may delete them', async () => {
    await expect(guy(['delete', ...TARGET.split(' ')])).rejects.toThrow(notYours('guy', 'loose'));
    await expect(
      guy(['delete', '--raw', '/apis/riskified.com/v1alpha1/routeinjections']),
    ).rejects.toThrow(notYours('guy', 'loose'));
    await admin(merge(TARGET, { metadata: { labels: { a: 'b' } } }));
    await admin(['delete', ...TARGET.split(' ')]);
  });

  test('authors and users with the ClusterRole view may read them', async () => {
    await guarded.as('ann')(['get', 'routeinjections,de']);
    const may = ['auth', 'can-i', '--as=vic'];
    const view = ['create', 'clusterrolebinding', 'vic', '--clusterrole=view', '--user=vic'];
    await guarded.kubectl(view);
    for (const resource of ['dynamicenvs', 'routeinjections']) {
      const group = `${resource}.riskified.com`;
      expect(await guarded.kubectl([...may, 'list', group])).toBe('yes\n');
      await expect(guarded.kubectl([...may, 'create', group])).rejects.toThrow('no');
    }
  });
});

describe('Subscribers', () => {
  const TARGET = 'subscriber loose-orders';
  const guy = (args: readonly string[]) => guarded.kubectl([...args, '--as=guy']);
  const admin = (args: readonly string[]) => guarded.kubectl(args);
  const words = (user: string) =>
    `${DENIED('dynamicenv-internals')}spec: Subscribers are written by Metacontroller only: write the DynamicEnv that has events for team-a/orders instead; one without a DynamicEnv, as --cascade=orphan leaves it, is for cluster administrators to delete${HINT(user)}`;

  beforeAll(() => send(guarded.metacontroller, 'create', subscriberOf('loose')));

  test('only Metacontroller may create them', async () => {
    const created = (...flags: string[]) =>
      send(guarded.kubectl, 'create', subscriberOf('x'), ...flags);
    await expect(created('--as=guy')).rejects.toThrow(words('guy'));
    await expect(created()).rejects.toThrow(words('admin'));
    await expect(send(guarded.as('ann'), 'create', subscriberOf('x'))).rejects.toThrow(
      'User "ann" cannot create resource "subscribers"',
    );
  });

  test.each([
    ['their phase', { spec: { phase: 'Leaving' } }],
    ['their labels', { metadata: { labels: { 'riskified.com/ref': 'mp-102' } } }],
    ['the times on them', { metadata: { annotations: { 'riskified.com/leaving-since': 'x' } } }],
  ])('other users may not change %s', async (_what, patch) => {
    await expect(guy(merge(TARGET, patch))).rejects.toThrow(words('guy'));
    await guarded.metacontroller([...merge(TARGET, patch), '--dry-run=server']);
  });

  test('not even a cluster administrator may change their phase', async () => {
    await expect(admin(merge(TARGET, { spec: { phase: 'Leaving' } }))).rejects.toThrow(
      words('admin'),
    );
  });

  test.each([
    [{ workload: 'team-b/orders' }],
    [{ ref: 'mp-102' }],
    [{ incarnation: '9876543210' }],
    [{ services: ['orders', 'invoices'] }],
  ])('nobody may change %j, not even Metacontroller', async (spec) => {
    await expect(guarded.metacontroller(merge(TARGET, { spec }))).rejects.toThrow(
      'workload, services, ref and incarnation never change',
    );
  });

  test('only cluster administrators may delete them', async () => {
    await expect(guy(['delete', ...TARGET.split(' ')])).rejects.toThrow(words('guy'));
    await admin(['delete', ...TARGET.split(' ')]);
  });

  test('authors may read them', async () => {
    await guarded.as('ann')(['get', 'subscribers']);
  });
});

describe('MeshIndexes', () => {
  const indexOf = (namespace: string) => ({
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'MeshIndex',
    metadata: { name: 'mesh-index', namespace },
    spec: { format: 1, services: 0, destinationRules: 0, content: 'x' },
  });
  const TARGET = '-n team-a meshindex mesh-index';
  const words = (user: string) =>
    `${DENIED('dynamicenv-internals')}spec: a MeshIndex is written by Metacontroller only: change the Services and DestinationRules of its namespace, and it follows${HINT(user)}`;
  const guy = (args: readonly string[]) => guarded.kubectl([...args, '--as=guy']);

  beforeAll(async () => {
    await guarded.configure({ config: { indexedNamespaces: ['team-a'] } });
    await refuses('dynamicenv-internals', () =>
      send(guarded.kubectl, 'create', indexOf('team-a'), '--as=guy', '--dry-run=server'),
    );
    await send(guarded.metacontroller, 'create', indexOf('team-a'));
  });

  test('only Metacontroller may create them', async () => {
    const created = (...flags: string[]) =>
      send(guarded.kubectl, 'create', indexOf('default'), ...flags);
    await expect(created('--as=guy')).rejects.toThrow(words('guy'));
    await expect(created()).rejects.toThrow(words('admin'));
  });

  test.each([
    ['its spec', { spec: { content: 'y' } }],
    ['its owner references', { metadata: { ownerReferences: null, labels: { a: 'b' } } }],
  ])('other users may not change them: %s', async (_what, patch) => {
    await expect(guy(merge(TARGET, patch))).rejects.toThrow(words('guy'));
    await guarded.metacontroller([...merge(TARGET, patch), '--dry-run=server']);
  });

  test('not even a cluster administrator may change their spec', async () => {
    const patch = merge(TARGET, { spec: { content: 'y' } });
    await expect(guarded.kubectl(patch)).rejects.toThrow(words('admin'));
  });

  test('the namespace controller, which has few permissions, may delete them with their namespace', async () => {
    const { kubectl } = guarded;
    await kubectl(['create', 'namespace', 'leaving']);
    await send(guarded.metacontroller, 'create', indexOf('leaving'));
    await kubectl(['delete', 'namespace', 'leaving', '--timeout=60s']);
    await guy(['delete', ...TARGET.split(' ')]);
  });

  test('users who may view their namespace may read them', async () => {
    const may = ['auth', 'can-i', 'list', 'meshindexes.riskified.com', '-n', 'team-a'];
    expect(await guarded.as('ann')(may)).toBe('yes\n');
  });
});

const READY = { state: 'ready', totalCount: 1, totalReady: 1 };

test("only Metacontroller may write an env's status", async () => {
  const input = envOf('told', { subsets: [workload('team-a')] });
  await send(guarded.as('ann'), 'create', input);
  const patch = [...merge('de told', { status: READY }), '--subresource=status'];
  const words = (user: string) =>
    `${DENIED('dynamicenv-internals')}status: written by Metacontroller only, at every change of what it tells: write the spec instead${HINT(user)}`;
  await expect(guarded.kubectl([...patch, '--as=guy'])).rejects.toThrow(words('guy'));
  await expect(guarded.kubectl(patch)).rejects.toThrow(words('admin'));
  await expect(guarded.as('ann')(patch)).rejects.toThrow(
    'User "ann" cannot get resource "dynamicenvs/status"',
  );
  // A write of the status subresource cannot change the labels either.
  const label = merge('de told', { metadata: { labels: { a: 'b' } }, status: READY });
  await guarded.metacontroller([...label, '--subresource=status']);
  expect(await guarded.kubectl(['get', 'de', 'told', '-o', 'jsonpath={.metadata.labels.a}'])).toBe(
    '',
  );
});

describe('the label controller-uid, by which Metacontroller adopts objects', () => {
  const words = `${DENIED('dynamicenv-children')}metadata.labels[controller-uid]: by this label Metacontroller takes an object for a child of the DynamicEnv with that uid: take the label out`;
  const label = (value: string | null) => ({ metadata: { labels: { 'controller-uid': value } } });
  const labelled = (object: KubeObject, value: string) => ({
    ...object,
    metadata: { ...object.metadata, ...label(value).metadata },
  });
  const rule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'trap', namespace: 'team-a' },
    spec: { host: 'backend' },
  };
  const target = (name: string) => `-n team-a deployment ${name}`;

  beforeAll(async () => {
    await installCrds(guarded, 'istio');
    const rights = ['--verb=*', '--resource=destinationrules.networking.istio.io'];
    await guarded.kubectl(['create', 'role', 'istio', '-n', 'team-a', ...rights]);
    await guarded.kubectl([
      ...['create', 'rolebinding', 'istio', '-n', 'team-a', '--role=istio', '--user=ann'],
    ]);
    await send(guarded.as('ann'), 'create', deployment('plain'));
    await send(guarded.metacontroller, 'create', labelled(deployment('clone'), 'a'));
  });

  afterAll(() => guarded.kubectl(['delete', 'deployment', 'plain', 'clone', '-n', 'team-a']));

  test.each([['Deployment'], ['DestinationRule']])(
    'an author may not create a %s with it',
    async (kind) => {
      const object = kind === 'Deployment' ? deployment('trap') : rule;
      const create = (input: object) =>
        send(guarded.as('ann'), 'create', input, '--dry-run=server');
      await create(object);
      await refuses('dynamicenv-children', () => create(labelled(object, 'a')));
      await expect(create(labelled(object, 'a'))).rejects.toThrow(words);
      await send(guarded.kubectl, 'create', labelled(object, 'a'), '--dry-run=server');
    },
  );

  test('an author may neither add nor change it', async () => {
    const ann = guarded.as('ann');
    await expect(ann(merge(target('plain'), label('a')))).rejects.toThrow(words);
    await expect(ann(merge(target('clone'), label('b')))).rejects.toThrow(words);
    const applied = send(ann, 'apply', labelled(deployment('plain'), 'a'), '--server-side');
    await expect(applied).rejects.toThrow(words);
  });

  test('an author may change other fields of an object that has it, and may remove it', async () => {
    const ann = guarded.as('ann');
    await ann(merge(target('clone'), { metadata: { annotations: { a: 'b' } } }));
    await ann(['scale', '-n', 'team-a', 'deployment/clone', '--replicas=0']);
    await ann(merge(target('clone'), label(null)));
  });
});

describe('an author may delete an env that has children', () => {
  const all = 'de,routeinjections,deployments';
  const names = () => guarded.kubectl(['get', all, '-n', 'team-a', '-o', 'name']);

  test.each(['background', 'foreground'])('in the %s', async (how) => {
    const finish = await metacontrollerMakes(guarded, guarded.as('ann'), 'mine');
    await guarded.as('ann')(['delete', 'de', 'mine', `--cascade=${how}`, '--wait=false']);
    await finish();
    await guarded.kubectl(['wait', '--for=delete', 'de/mine', '--timeout=30s']);
    await guarded.kubectl([
      ...['wait', '--for=delete', 'deployment/backend-mine', 'routeinjection/mine-backend'],
      ...['-n', 'team-a', '--timeout=30s'],
    ]);
  });

  test('with --cascade=orphan: the children stay, and lose their owner references', async () => {
    const finish = await metacontrollerMakes(guarded, guarded.as('ann'), 'mine');
    await guarded.as('ann')(['delete', 'de', 'mine', '--cascade=orphan', '--wait=false']);
    await finish();
    await guarded.kubectl(['wait', '--for=delete', 'de/mine', '--timeout=30s']);
    expect((await names()).split('\n')).toEqual(
      expect.arrayContaining([
        'routeinjection.riskified.com/mine-backend',
        'deployment.apps/backend-mine',
      ]),
    );
    const owners = [
      'get',
      'routeinjection',
      'mine-backend',
      '-o',
      'jsonpath={.metadata.ownerReferences}',
    ];
    expect(await guarded.kubectl(owners)).toBe('');
    await guarded.kubectl(['delete', 'routeinjection/mine-backend']);
    await guarded.as('ann')(['delete', 'deployment/backend-mine', '-n', 'team-a']);
  });
});

describe('deletion in the foreground', () => {
  const words = `${DENIED('dynamicenv-deletion')}propagationPolicy: a deletion in the foreground takes the pods away before the routes that lead to them: delete in the background (kubectl delete --cascade=background; Argo CD: PrunePropagationPolicy=background)`;
  const foreground = ['delete', 'de', 'held', '--cascade=foreground'];
  const finalizers = (list: string[]) => merge('de held', { metadata: { finalizers: list } });

  beforeAll(async () => {
    await send(guarded.as('ann'), 'create', envOf('held', { subsets: [workload('team-a')] }));
  });

  test('is allowed by default', async () => {
    await guarded.as('ann')([...foreground, '--dry-run=server']);
    await guarded.as('ann')([...finalizers(['foregroundDeletion']), '--dry-run=server']);
  });

  test('is refused for all users with policies.refuseForegroundDeletion', async () => {
    await guarded.configure({ policies: { refuseForegroundDeletion: true } });
    const tried = () => guarded.as('ann')([...foreground, '--dry-run=server']);
    await refuses('dynamicenv-deletion', tried);
    await expect(guarded.as('ann')(foreground)).rejects.toThrow(words);
    await expect(guarded.kubectl(foreground)).rejects.toThrow(words);
  });

  test('is then also refused when somebody adds the finalizer foregroundDeletion', async () => {
    const denied = `${DENIED('dynamicenv-deletion')}metadata.finalizers: foregroundDeletion makes the deletion one in the foreground, which takes the pods away before the routes that lead to them: take it out`;
    await expect(guarded.as('ann')(finalizers(['foregroundDeletion']))).rejects.toThrow(denied);
    const { metadata, ...rest } = envOf('new', { subsets: [workload('team-a')] });
    const created = { ...rest, metadata: { ...metadata, finalizers: ['foregroundDeletion'] } };
    await expect(send(guarded.as('ann'), 'create', created)).rejects.toThrow(denied);
  });

  test('is then the only refused deletion: other finalizers and deletions are allowed', async () => {
    await guarded.as('ann')(finalizers(['example.com/x']));
    await guarded.as('ann')(finalizers([]));
    const path = '/apis/riskified.com/v1alpha1/dynamicenvs/held';
    await guarded.as('ann')(['delete', '--cascade=orphan', '--dry-run=server', 'de', 'held']);
    await guarded.as('ann')(['delete', '--raw', path]);
  });
});
