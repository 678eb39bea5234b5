import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import type { Command } from '../control-plane/commands.ts';
import { until } from '../control-plane/poll.ts';
import { type Guarded, refuses, send, startGuarded } from './lib/guarded.ts';

const [GROUP] = MERGE_GROUPS;
const ROUTE = { match: [{ uri: { prefix: '/x' } }], route: [{ destination: { host: 'backend' } }] };

let guarded: Guarded;
/** May write merges (`edit`) in team-a and team-b, and update the VirtualServices of team-a, and `open` in team-b. */
let ann: Command;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a', 'team-b'] });
  ann = guarded.as('ann');
  const grants = [
    { namespace: 'team-a', rule: { resources: ['virtualservices'], verbs: ['update'] } },
    {
      namespace: 'team-b',
      rule: { resources: ['virtualservices'], resourceNames: ['open'], verbs: ['update'] },
    },
  ];
  const items = grants.flatMap(({ namespace, rule }) => rights(namespace, rule));
  await guarded.kubectl(['apply', '-f', '-'], {
    input: { apiVersion: 'v1', kind: 'List', items },
  });
  await guarded.configure({
    kinds: ['virtual-service-merge'],
    virtualServiceMerge: { groups: MERGE_GROUPS },
  });
  await refuses('dynamicenv-merges', () =>
    send(ann, 'create', merge('probe', { name: 'closed' }), '--dry-run=server'),
  );
});

afterAll(() => guarded?.stop());

function rights(namespace: string, rule: object) {
  const api = 'rbac.authorization.k8s.io';
  const metadata = { name: 'targets', namespace };
  return [
    {
      apiVersion: `${api}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: ['networking.istio.io'], ...rule }],
    },
    {
      apiVersion: `${api}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: api, kind: 'Role', name: 'targets' },
      subjects: [{ apiGroup: api, kind: 'User', name: 'ann' }],
    },
  ];
}

function merge(
  name: string,
  target: { name?: string; namespace?: string },
  { namespace = 'team-b', group = GROUP as string, patch = { http: [ROUTE] } as object } = {},
) {
  return {
    apiVersion: `${group}/v1alpha1`,
    kind: 'VirtualServiceMerge',
    metadata: { name, namespace },
    spec: { target, patch },
  };
}

interface Policy {
  metadata: { name: string; generation: number };
  status?: { observedGeneration?: number; typeChecking?: object };
}

const mayNot = (target: string) => {
  const [namespace] = target.split('/');
  return `ValidatingAdmissionPolicy 'dynamicenv-merges' with binding 'dynamicenv-merges' denied request: spec.target: ann may not update VirtualService ${target}, so may not add routes to it: ask its owners for the right to update virtualservices.networking.istio.io with that name in namespace ${namespace}, or to write the merge`;
};

test('the API server has no warning about the policies, and keeps objects as the operator has them, with fields of a newer Istio', async () => {
  await until(30, async () => {
    const text = await guarded.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
    const { items } = JSON.parse(text) as { items: Policy[] };
    const open = items.filter(
      ({ metadata, status }) => status?.observedGeneration !== metadata.generation,
    );
    if (open.length > 0) return 'not type-checked yet';
    expect(items.map(({ metadata }) => metadata.name)).toContain('dynamicenv-merges');
    for (const { metadata, status } of items)
      expect([metadata.name, status?.typeChecking]).toEqual([metadata.name, {}]);
    return undefined;
  });
  const patch = {
    hosts: ['backend'],
    gateways: ['public'],
    exportTo: ['.'],
    http: [{ ...ROUTE, name: 'canary-2', mirrors: [{ destination: { host: 'copy' } }] }],
    tcp: [{ match: [{ port: 5432 }], route: [{ destination: { host: 'db' } }] }],
    tls: [
      { match: [{ port: 443, sniHosts: ['a.example.com'] }], route: [ROUTE.route[0]], later: 1 },
    ],
  };
  for (const group of MERGE_GROUPS) {
    const wanted = merge('all', { name: 'backend', namespace: 'team-a' }, { group, patch });
    await send(ann, 'create', wanted);
    const text = await ann([
      ...['get', `virtualservicemerges.${group}/all`, '-n', 'team-b', '-o', 'json'],
    ]);
    expect(JSON.parse(text).spec).toEqual(wanted.spec);
  }
  await send(ann, 'create', merge('nobody', {}));
});

test('shapes that no VirtualService can have are refused, with the field', async () => {
  const wrong = (patch: object) =>
    send(ann, 'create', merge('wrong', { name: 'open' }, { patch }), '--dry-run=server');
  await expect(wrong({ http: 'a' })).rejects.toThrow('spec.patch.http');
  await expect(wrong({ tcp: ['a'] })).rejects.toThrow('spec.patch.tcp[0]');
  await expect(wrong({ tls: Array(513).fill({}) })).rejects.toThrow('spec.patch.tls');
});

test('who writes a merge must be allowed to update its target, by name', async () => {
  const create = (target: { name?: string; namespace?: string }, namespace = 'team-b') =>
    send(ann, 'create', merge('made', target, { namespace }), '--dry-run=server');
  await create({ name: 'any' }, 'team-a');
  await create({ name: 'any', namespace: 'team-a' });
  await create({ name: 'open' });
  await create({ name: 'open', namespace: '' });
  await expect(create({ name: 'closed' })).rejects.toThrow(mayNot('team-b/closed'));
  await expect(create({ name: 'closed', namespace: 'team-b' }, 'team-a')).rejects.toThrow(
    mayNot('team-b/closed'),
  );
  await expect(create({ name: 'x', namespace: 'team-z' })).rejects.toThrow(mayNot('team-z/x'));
});

test('a change of the spec is checked, and other changes are not', async () => {
  // Made by an administrator, for a target that ann may not update.
  await send(guarded.kubectl, 'create', merge('others', { name: 'closed' }));
  const patch = (change: object) =>
    ann([
      ...['patch', `virtualservicemerges.${GROUP}`, 'others', '-n', 'team-b'],
      ...['--type=merge', '-p', JSON.stringify(change)],
    ]);
  await patch({ metadata: { annotations: { note: 'x' } } });
  await expect(patch({ spec: { patch: { http: [] } } })).rejects.toThrow(mayNot('team-b/closed'));
  await patch({ spec: { target: { name: 'open' } } });
  await expect(patch({ spec: { target: { name: 'closed' } } })).rejects.toThrow(
    mayNot('team-b/closed'),
  );
  await ann(['delete', `virtualservicemerges.${GROUP}`, 'others', '-n', 'team-b']);
});

test('only Metacontroller writes the status, and kubectl prints it', async () => {
  await send(ann, 'create', merge('shown', { name: 'open' }));
  const condition = {
    type: 'Merged',
    status: 'False',
    reason: 'TargetNotFound',
    message: 'VirtualService team-b/open does not exist',
    lastTransitionTime: '2026-01-01T12:00:00Z',
    observedGeneration: 1,
  };
  const status = { observedGeneration: 1, conditions: [condition] };
  const args = [
    ...['patch', `virtualservicemerges.${GROUP}`, 'shown', '-n', 'team-b', '--subresource=status'],
    ...['--type=merge', '-p', JSON.stringify({ status })],
  ];
  await expect(guarded.kubectl(args)).rejects.toThrow('status: written by Metacontroller only');
  await guarded.metacontroller(args);
  const shown = await ann(['get', `virtualservicemerges.${GROUP}`, 'shown', '-n', 'team-b']);
  expect(shown).toMatch(
    /^NAME +TARGET +MERGED +REASON +AGE\nshown +open +False +TargetNotFound +\d/,
  );
  const text = await ann([
    ...['get', `virtualservicemerges.${GROUP}`, 'shown', '-n', 'team-b', '-o', 'json'],
  ]);
  expect(JSON.parse(text).status).toEqual(status);
});

test('kubectl explain says what is merged, and what is ignored', async () => {
  const explained = await guarded.kubectl([
    ...['explain', 'virtualservicemerge.spec.patch', `--api-version=${GROUP}/v1alpha1`],
  ]);
  expect(explained.replaceAll(/\s+/g, ' ')).toContain(
    'Only http, tcp and tls are merged. Everything else, such as hosts, gateways and exportTo, is ignored',
  );
  for (const field of ['http', 'tcp', 'tls'])
    expect(explained).toMatch(new RegExp(`^ {2}${field}\\s+<\\[\\]Object>$`, 'm'));
});
