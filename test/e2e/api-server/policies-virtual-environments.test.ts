import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { Command } from '../control-plane/commands.ts';
import { installCrds } from '../control-plane/crds.ts';
import { problem, until } from '../control-plane/poll.ts';
import { renderPermissions } from '../lib/policies.ts';
import { type Guarded, refuses, send, startGuarded } from './lib/guarded.ts';
import { type PolicyObject, twice } from './lib/twice.ts';

const RESOURCE = 'virtualenvironments.env.alibaba.com';
const HOSTS = ['*.dev.example.com', 'shop.example.com'];
const VALUES = { kinds: ['virtual-environment'], virtualEnvironment: { hosts: HOSTS } };
const DENIED = (policy: string) =>
  `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: `;

let guarded: Guarded;
/** Has the role `edit` in all namespaces; may create VirtualServices in team-a and team-b, and DestinationRules in team-a. */
let ann: Command;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a', 'team-b', 'team-c'] });
  ann = guarded.as('ann');
  await installCrds(guarded, 'istio');
  const grants = [
    ['team-a', 'virtualservices', 'destinationrules'],
    ['team-b', 'virtualservices'],
  ] as const;
  for (const [namespace, ...resources] of grants) {
    const rights = resources.map((one) => `--resource=${one}.networking.istio.io`);
    await guarded.kubectl(['create', 'role', 'istio', '-n', namespace, '--verb=*', ...rights]);
    const subject = ['--role=istio', '--user=ann'];
    await guarded.kubectl(['create', 'rolebinding', 'istio', '-n', namespace, ...subject]);
  }
  await guarded.configure(VALUES);
  await refuses('dynamicenv-virtual-environments', () =>
    send(ann, 'create', environment('probe', 'team-c'), '--dry-run=server'),
  );
  await refuses('dynamicenv-service-routes', () =>
    send(ann, 'create', service('probe', 'team-c', { gateways: 'a' }), '--dry-run=server'),
  );
});

afterAll(() => guarded?.stop());

const environment = (name: string, namespace: string, spec: object = {}) => ({
  apiVersion: 'env.alibaba.com/v1alpha2',
  kind: 'VirtualEnvironment',
  metadata: { name, namespace },
  spec,
});

/** A Service with the annotations `kt-virtual-environment/…`. */
const service = (name: string, namespace: string, marks: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace,
    annotations: Object.fromEntries(
      Object.entries(marks).map(([key, value]) => [`kt-virtual-environment/${key}`, value]),
    ),
  },
  spec: { ports: [{ port: 80 }] },
});

const merge = (target: string, patch: object) => [
  ...['patch', ...target.split(' '), '--type=merge', '-p'],
  JSON.stringify(patch),
];

interface Policy {
  metadata: { name: string; generation: number };
  status?: { observedGeneration?: number; typeChecking?: object };
}

test('the API server has no warning about the policies', async () => {
  await until(30, async () => {
    const text = await guarded.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
    const { items } = JSON.parse(text) as { items: Policy[] };
    const open = items.filter(
      ({ metadata, status }) => status?.observedGeneration !== metadata.generation,
    );
    if (open.length > 0) return 'not type-checked yet';
    for (const { metadata, status } of items)
      expect([metadata.name, status?.typeChecking]).toEqual([metadata.name, {}]);
    return undefined;
  });
});

describe('VirtualEnvironments', () => {
  const mayNot = (resource: string, namespace: string) =>
    `${DENIED('dynamicenv-virtual-environments')}spec: ann may not create ${resource}.networking.istio.io in namespace "${namespace}", and a VirtualEnvironment creates them for the Services there: ask the owners of the namespace for this right, or to write the VirtualEnvironment`;

  test('who writes one must be allowed to create VirtualServices and DestinationRules there', async () => {
    const create = (namespace: string) =>
      send(ann, 'create', environment('made', namespace), '--dry-run=server');
    await create('team-a');
    await expect(create('team-b')).rejects.toThrow(mayNot('destinationrules', 'team-b'));
    await expect(create('team-c')).rejects.toThrow(mayNot('virtualservices', 'team-c'));
  });

  test('a change of the spec is checked in both versions; other changes and deletion are not', async () => {
    await send(guarded.kubectl, 'create', environment('others', 'team-c'));
    const patch = (change: object, version = 'v1alpha2') =>
      ann(merge(`virtualenvironments.${version}.env.alibaba.com others -n team-c`, change));
    await patch({ metadata: { annotations: { note: 'x' } } });
    const change = { spec: { envLabel: { defaultSubset: 'dev' } } };
    for (const version of ['v1alpha2', 'v1alpha1'])
      await expect(patch(change, version)).rejects.toThrow(mayNot('virtualservices', 'team-c'));
    await guarded.metacontroller(merge(`${RESOURCE} others -n team-c`, change));
    await ann(['delete', RESOURCE, 'others', '-n', 'team-c']);
  });

  test('only Metacontroller writes the status', async () => {
    await send(ann, 'create', environment('told', 'team-a'));
    const patch = merge(`${RESOURCE} told -n team-a --subresource=status`, {
      status: { observedGeneration: 1 },
    });
    await expect(guarded.kubectl(patch)).rejects.toThrow(
      `${DENIED('dynamicenv-internals')}status: written by Metacontroller only`,
    );
    await guarded.metacontroller(patch);
  });

  test('users with the role view may read them', async () => {
    const view = ['create', 'rolebinding', 'vic', '--clusterrole=view', '--user=vic'];
    await guarded.kubectl([...view, '-n', 'team-a']);
    const may = (verb: string) => ['auth', 'can-i', verb, RESOURCE, '-n', 'team-a', '--as=vic'];
    expect(await guarded.kubectl(may('list'))).toBe('yes\n');
    await expect(guarded.kubectl(may('create'))).rejects.toThrow('no');
  });
});

describe("Services' annotations", () => {
  const POLICY = DENIED('dynamicenv-service-routes');
  const words = `${POLICY}metadata.annotations: ann may not create virtualservices.networking.istio.io in namespace "team-c", so may not set the annotations kt-virtual-environment/gateways, kt-virtual-environment/hosts, kt-virtual-environment/rule, which are for the VirtualService of this Service: leave them as they are, or ask the owners of the namespace for this right`;
  const HOST = 'kt-virtual-environment/hosts';
  const create = (namespace: string, marks: Record<string, string>) =>
    send(ann, 'create', service('made', namespace, marks), '--dry-run=server');

  test.each(['gateways', 'hosts', 'rule'])(
    'who sets /%s must be allowed to create VirtualServices',
    async (key) => {
      await create('team-b', { [key]: 'a' });
      await expect(create('team-c', { [key]: 'a' })).rejects.toThrow(words);
    },
  );

  test('a Service without them, and a change that leaves them, are not checked; a change of one is', async () => {
    await create('team-c', {});
    const marked = service('marked', 'team-c', { rule: '{}', hosts: 'other' });
    await send(guarded.kubectl, 'create', marked);
    const patch = (change: object) => ann(merge('service marked -n team-c', change));
    await patch({ metadata: { labels: { version: '2' } } });
    await send(ann, 'apply', marked);
    const changed = { ...marked, metadata: { ...marked.metadata, labels: { a: 'b' } } };
    await send(ann, 'apply', changed, '--server-side', '--force-conflicts', '--dry-run=server');
    const annotated = (key: string, value: string | null) => ({
      metadata: { annotations: { [`kt-virtual-environment/${key}`]: value } },
    });
    await expect(patch(annotated('rule', '{"timeout":"1s"}'))).rejects.toThrow(words);
    await expect(patch(annotated('gateways', 'public'))).rejects.toThrow(words);
    await patch(annotated('rule', null));
  });

  test.each([
    'other',
    'other, third ,',
    'other.team-a.svc.cluster.local',
    'shop.example.com',
    'a.b.dev.example.com',
    '*.dev.example.com',
    '*.a.dev.example.com',
  ])('the hosts %j are allowed', async (hosts) => {
    await create('team-a', { hosts });
  });

  test.each([
    ['*', '*'],
    ['other.team-b', 'other.team-b'],
    ['other.team-a', 'other.team-a'],
    ['a,other.team-b.svc.cluster.local', 'other.team-b.svc.cluster.local'],
    ['team-a.svc.cluster.local', 'team-a.svc.cluster.local'],
    ['x.shop.example.com', 'x.shop.example.com'],
    ['dev.example.com', 'dev.example.com'],
    ['*.example.com', '*.example.com'],
    ['*.team-a.svc.cluster.local', '*.team-a.svc.cluster.local'],
    ['Other', 'Other'],
    ['a b', 'a b'],
  ])('the hosts %j are refused, for administrators as well', async (hosts, stranger) => {
    const told = `${POLICY}metadata.annotations[${HOST}]: "${stranger}" is neither the name of a Service nor a full name of this namespace (NAME.team-a.svc.cluster.local), and is not among the hosts that Services may name: take it out, or ask an administrator to add it to virtualEnvironment.hosts of the chart dynamicenv`;
    await expect(create('team-a', { hosts })).rejects.toThrow(told);
    const object = service('made', 'team-a', { hosts });
    await expect(send(guarded.kubectl, 'create', object, '--dry-run=server')).rejects.toThrow(told);
  });

  test('more hosts, and longer ones, than anybody needs are refused', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `h${i}`).join();
    await create('team-a', { hosts: many(32) });
    await expect(create('team-a', { hosts: many(33) })).rejects.toThrow(
      `metadata.annotations[${HOST}]: names more than 32 hosts: name fewer`,
    );
    const long = 'a,'.repeat(100_000);
    await expect(create('team-a', { hosts: long })).rejects.toThrow(
      `metadata.annotations[${HOST}]: has more than 4096 characters: name fewer hosts`,
    );
    // A value of any length passes where it is not read.
    await create('team-a', { rule: long });
  });
});

describe('VirtualServices and DestinationRules of others', () => {
  // Owners that exist: the garbage collector deletes the children of others.
  const uids: Record<string, string> = {};
  const owner = (name: string, controller = true) => ({
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    name,
    uid: uids[name],
    controller,
  });
  const own = (kind: string, name: string, metadata: object = {}) =>
    ({
      apiVersion: 'networking.istio.io/v1',
      kind,
      metadata: { name, namespace: 'team-a', ...metadata },
      spec:
        kind === 'VirtualService'
          ? { hosts: ['a'], http: [{ route: [{ destination: { host: 'a' } }] }] }
          : { host: 'a' },
    }) as KubeObject;
  const words = (kind: string) =>
    `${DENIED('dynamicenv-foreign-routes')}metadata.ownerReferences: this ${kind} was not made for a VirtualEnvironment, so it stays as it is: rename or delete it, and the VirtualEnvironment makes its own`;
  const applied = (object: KubeObject) =>
    send(
      guarded.metacontroller,
      'apply',
      object,
      ...['--server-side', '--force-conflicts', '--field-manager=metacontroller'],
    );

  beforeAll(async () => {
    for (const name of ['demo', 'other']) {
      await send(guarded.kubectl, 'create', environment(name, 'team-a'));
      const uid = ['get', RESOURCE, name, '-n', 'team-a', '-o', 'jsonpath={.metadata.uid}'];
      uids[name] = await guarded.kubectl(uid);
    }
    await send(guarded.kubectl, 'create', own('VirtualService', 'probe'));
    await refuses('dynamicenv-foreign-routes', () =>
      applied(own('VirtualService', 'probe', { ownerReferences: [owner('demo')] })),
    );
  });

  describe.each(['VirtualService', 'DestinationRule'])('%s', (kind) => {
    test('Metacontroller may neither apply nor replace one that somebody made', async () => {
      await send(ann, 'create', own(kind, 'foreign'));
      const child = own(kind, 'foreign', { ownerReferences: [owner('demo')] });
      await expect(applied(child)).rejects.toThrow(words(kind));
      await expect(send(guarded.metacontroller, 'replace', child)).rejects.toThrow(words(kind));
      const other = own(kind, 'foreign', { ownerReferences: [owner('demo', false)] });
      await send(guarded.kubectl, 'replace', other);
      await expect(applied(child)).rejects.toThrow(words(kind));
    });

    test('nor one of another VirtualEnvironment', async () => {
      const ownerReferences = [owner('other')];
      await send(guarded.kubectl, 'create', own(kind, 'second', { ownerReferences }));
      const child = own(kind, 'second', { ownerReferences: [owner('demo')] });
      await expect(send(guarded.metacontroller, 'replace', child)).rejects.toThrow(words(kind));
    });

    test('it may change others in any other way: plans, labels and routes', async () => {
      const marked = {
        annotations: { 'riskified.com/route-injections': '{}' },
        labels: { a: 'b' },
      };
      await send(guarded.kubectl, 'create', own(kind, 'plain'));
      await send(guarded.metacontroller, 'replace', own(kind, 'plain', marked));
      const ownerReferences = [{ ...owner('demo'), apiVersion: 'example.com/v1' }];
      await send(
        guarded.metacontroller,
        'replace',
        own(kind, 'plain', { ...marked, ownerReferences }),
        '--dry-run=server',
      );
    });

    test('it may create, change and release its own, and take back one with the label', async () => {
      const labels = { 'controller-uid': uids['demo'] };
      const child = own(kind, 'child', { labels, ownerReferences: [owner('demo')] });
      await applied(child);
      await applied({ ...child, metadata: { ...child.metadata, annotations: { a: 'b' } } });
      await send(guarded.metacontroller, 'replace', own(kind, 'child', { labels }));
      await send(guarded.metacontroller, 'replace', child);
      await send(guarded.metacontroller, 'replace', own(kind, 'child'));
      await expect(applied(child)).rejects.toThrow(words(kind));
    });

    test('only administrators may write that label, as when children are taken over', async () => {
      const labels = { 'controller-uid': uids['demo'] };
      const object = own(kind, 'labelled', { labels });
      await expect(send(ann, 'create', object)).rejects.toThrow(
        `${DENIED('dynamicenv-children')}metadata.labels[controller-uid]: by this label Metacontroller takes an object for a child of the DynamicEnv or VirtualEnvironment with that uid: take the label out`,
      );
      await send(guarded.kubectl, 'create', object, '--dry-run=server');
    });
  });
});

test('every expression costs less than half of its limit, with the greatest lists and longest texts', async () => {
  // 32 hosts of 126 characters, and 64 allowed ones that all end in the same way.
  const hosts = Array.from({ length: 32 }, (_, i) => `${'a'.repeat(110)}${i + 10}.example.com`);
  const allowed = Array.from(
    { length: 64 },
    (_, i) => `*.${i + 10}.${'b'.repeat(230)}.example.com`,
  );
  const virtualEnvironment = { hosts: [...allowed.slice(0, 63), '*.example.com'] };
  const text = await renderPermissions(guarded, { ...VALUES, virtualEnvironment });
  const items = parseYaml(text)
    .map(({ value }) => value as PolicyObject)
    .filter(({ kind, metadata }) => /AdmissionPolicy/.test(kind) && NAMES.test(metadata.name))
    .map(twice);
  expect(items).toHaveLength(6);
  await guarded.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  const allowedNow = service('a', 'team-a', { hosts: 'x.example.com' });
  await until(30, () => problem(send(ann, 'create', allowedNow, '--dry-run=server')));
  const marks = { hosts: hosts.join(), gateways: 'g'.repeat(100_000), rule: 'r'.repeat(100_000) };
  expect(marks.hosts.length).toBeGreaterThan(3900);
  await send(ann, 'create', service('great', 'team-a', marks), '--dry-run=server');
  await send(ann, 'create', environment('great', 'team-a'), '--dry-run=server');
});

const NAMES = /^dynamicenv-(virtual-environments|service-routes|foreign-routes)$/;
