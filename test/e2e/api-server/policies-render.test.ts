import { beforeAll, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { names, rendered, set } from '../lib/chart.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await suiteCluster();
});

const KINDS = /^(ValidatingAdmissionPolicy|ClusterRole)/;
const shown = async (helm: Cluster['helm'], ...values: string[]) =>
  (await rendered(helm, ...set(...values))).filter(({ kind }) => KINDS.test(kind));

const POLICIES = ['authors', 'authors-more', 'children', 'environments', 'internals', 'spec'];

test('Helm 4 and Helm 3 render policies and roles by default', async () => {
  const objects = await shown(cluster.helm);
  expect(names(objects)).toEqual([
    'ClusterRole/dynamicenv-author',
    'ClusterRole/dynamicenv-view',
    ...POLICIES.map((name) => `ValidatingAdmissionPolicy/dynamicenv-${name}`),
    ...POLICIES.map((name) => `ValidatingAdmissionPolicyBinding/dynamicenv-${name}`),
  ]);
  expect(await shown(cluster.helm3)).toEqual(objects);
});

test('every policy denies, and fails closed, except dynamicenv-children, which concerns objects of all users', async () => {
  const objects = await shown(cluster.helm, 'policies.refuseForegroundDeletion=true');
  const specs = (kind: string) =>
    objects.filter((one) => one.kind === kind).map((one) => (one as KubeObject & Spec).spec);
  expect(specs('ValidatingAdmissionPolicy').map(({ failurePolicy }) => failurePolicy)).toEqual([
    'Fail',
    'Fail',
    'Ignore',
    'Fail',
    'Fail',
    'Fail',
    'Fail',
  ]);
  for (const spec of specs('ValidatingAdmissionPolicyBinding')) {
    expect(spec).toEqual({
      policyName: expect.stringMatching(/^dynamicenv-/),
      validationActions: ['Deny'],
    });
  }
});

interface Spec {
  spec: { failurePolicy?: string };
}

test('policies and roles can be switched off', async () => {
  const off = ['policies.enabled=false', 'policies.refuseForegroundDeletion=true'];
  expect(names(await shown(cluster.helm, ...off, 'rbac.create=false'))).toEqual([]);
});

test("the policies contain Metacontroller's user from the values", async () => {
  const user = 'system:serviceaccount:tools:mc';
  const moved = ['metacontroller.namespace=tools', 'metacontroller.serviceAccount=mc'];
  for (const values of [moved, [`config.metacontrollerUser=${user}`]]) {
    const text = JSON.stringify(await shown(cluster.helm, ...values));
    expect(text.split(`request.userInfo.username != \\"${user}\\"`)).toHaveLength(6);
    expect(text).not.toContain('system:serviceaccount:metacontroller');
  }
});

test('the users in rbac.authors get the role dynamicenv-author', async () => {
  const authors = [
    ...['kind=Group', 'name=dev'].map((part) => `rbac.authors[0].${part}`),
    ...['kind=ServiceAccount', 'name=ci', 'namespace=ci'].map((part) => `rbac.authors[1].${part}`),
  ];
  const bound = (await shown(cluster.helm, ...authors)).find(
    ({ kind }) => kind === 'ClusterRoleBinding',
  );
  expect(bound).toMatchObject({
    roleRef: { kind: 'ClusterRole', name: 'dynamicenv-author' },
    subjects: [
      { kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'ci' },
    ],
  });
});
