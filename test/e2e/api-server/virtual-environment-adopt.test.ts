import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { runProgram } from '../../cli/lib/program.ts';
import { type Command, command } from '../control-plane/commands.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { installCrds } from '../control-plane/crds.ts';
import { problem, until } from '../control-plane/poll.ts';
import { CHART, set } from '../lib/chart.ts';

const NAMESPACE = 'dynamicenv';
const RELEASE = [NAMESPACE, '-n', NAMESPACE];
const CRD = 'virtualenvironments.env.alibaba.com';
const FINALIZER = 'metacontroller.io/compositecontroller-virtual-environment';

let plane: ControlPlane;
/** A shell in which `kubectl` is that of the suite. */
let shell: Command;

/** The operator's definition, as far as it matters: one version, no fields of status, nothing that is required. */
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: CRD },
  spec: {
    group: 'env.alibaba.com',
    scope: 'Namespaced',
    names: {
      kind: 'VirtualEnvironment',
      listKind: 'VirtualEnvironmentList',
      plural: 'virtualenvironments',
      singular: 'virtualenvironment',
    },
    versions: [
      {
        name: 'v1alpha2',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object' },
            },
          },
        },
      },
    ],
  },
};

const OPERATOR = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'virtual-env-operator', namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { name: 'virtual-env-operator' } },
    template: {
      metadata: { labels: { name: 'virtual-env-operator' } },
      spec: { containers: [{ name: 'operator', image: 'virtual-env-operator:v0.6.0' }] },
    },
  },
};

beforeAll(async () => {
  plane = await startControlPlane();
  await installCrds(plane, 'istio', 'metacontroller', 'others');
  for (const name of [NAMESPACE, 'shop', 'kt-virtual-environment'])
    await plane.kubectl(['create', 'namespace', name]);
  const bin = join(plane.folder, 'adopt-bin');
  await mkdir(bin);
  await symlink(plane.binaries.programs.kubectl, join(bin, 'kubectl'));
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  shell = command('/bin/sh', { KUBECONFIG: plane.kubeconfig, HOME: plane.folder, PATH: path });
});

afterAll(() => plane?.stop());

const apply = (...items: object[]) =>
  plane.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
const read = async <T extends KubeObject>(...what: string[]): Promise<T> =>
  JSON.parse(await plane.kubectl(['get', ...what, '-o', 'json']));

/** Runs the program, and then its script. Returns the script. */
async function runScript(...flags: string[]): Promise<string> {
  const args = ['virtual-environment-adopt', '--from-cluster', ...flags];
  const { code, stdout, stderr } = await runProgram(args, {
    env: { KUBECONFIG: plane.kubeconfig },
  });
  expect([code, stderr]).toEqual([0, '']);
  const file = join(plane.folder, 'adopt.sh');
  await writeFile(file, stdout);
  await shell([file]);
  return stdout;
}

/** What the operator has: its objects have an owner reference, and no label. */
async function operatorHas(): Promise<string> {
  await apply(DEFINITION);
  await plane.kubectl(['wait', '--for=condition=Established', `crd/${CRD}`, '--timeout=30s']);
  const environment = {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'demo', namespace: 'shop' },
    spec: { envHeader: { name: 'ali-env-mark', autoInject: true } },
  };
  await until(30, () => problem(apply(environment)));
  const { metadata } = await read('virtualenvironments', 'demo', '-n', 'shop');
  const owned = (name: string, more: object = {}) => ({
    name,
    namespace: 'shop',
    ownerReferences: [
      {
        apiVersion: 'env.alibaba.com/v1alpha2',
        kind: 'VirtualEnvironment',
        name: 'demo',
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    ...more,
  });
  const route = [{ destination: { host: 'app' } }];
  await apply(
    OPERATOR,
    {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'VirtualService',
      metadata: owned('app'),
      spec: { hosts: ['app'], http: [{ route }] },
    },
    {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'DestinationRule',
      metadata: owned('app'),
      spec: { host: 'app' },
    },
    {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: owned('demo', { labels: { envLabel: 'virtual-env', envHeader: 'ali-env-mark' } }),
      spec: {},
    },
    {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: { name: 'mine', namespace: 'shop' },
      spec: {},
    },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'virtual-env-operator', namespace: 'shop' },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'virtual-environment-webhook' },
      webhooks: [],
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'webhook-server-tls', namespace: 'kt-virtual-environment' },
    },
  );
  const label = 'environment-tag-injection=enabled';
  await plane.kubectl(['label', 'namespace', 'shop', label, '--overwrite']);
  return metadata.uid ?? '';
}

describe.each(['helm', 'helm3'] as const)('%s', (program) => {
  let uid: string;
  const routing = 'virtualservices.networking.istio.io,destinationrules.networking.istio.io';
  const labels = async () => {
    const path = 'jsonpath={.items[*].metadata.labels.controller-uid}';
    return (await plane.kubectl(['get', routing, '-n', 'shop', '-o', path])).trim();
  };

  beforeAll(async () => {
    uid = await operatorHas();
  });

  afterAll(async () => {
    await plane[program](['uninstall', ...RELEASE]);
    const freed = JSON.stringify({ metadata: { finalizers: null } });
    const target = ['virtualenvironments', 'demo', '-n', 'shop'];
    await plane.kubectl(['patch', ...target, '--type=merge', '-p', freed]);
    await plane.kubectl(['delete', ...target]);
    // The garbage collector takes the children, and needs the definition of their owner for it.
    const children = [routing, 'app', '-n', 'shop', '--ignore-not-found'];
    await until(60, async () => {
      const left = await plane.kubectl(['get', ...children, '-o', 'name']);
      return left.trim() === '' ? undefined : `still there: ${left}`;
    });
    await plane.kubectl(['delete', 'crd', CRD]);
  });

  test('the first script stops the operator and hands its objects over', async () => {
    const before = await read('virtualservices.networking.istio.io', 'app', '-n', 'shop');
    await runScript();
    const deployment = await read<KubeObject & { spec: { replicas: number } }>(
      ...['deployment', 'virtual-env-operator', '-n', 'shop'],
    );
    expect(deployment.spec.replicas).toBe(0);
    expect(await labels()).toBe(`${uid} ${uid}`);
    const after = await read('virtualservices.networking.istio.io', 'app', '-n', 'shop');
    expect({ ...after, metadata: {} }).toEqual({ ...before, metadata: {} });
    expect(after.metadata.ownerReferences).toEqual(before.metadata.ownerReferences);
    // It can be run again, as when it was stopped in the middle.
    await runScript();
  });

  test('Helm takes the definition over, and the VirtualEnvironment stays', async () => {
    const flags = program === 'helm' ? ['--force-conflicts'] : [];
    await plane[program]([
      ...['install', ...RELEASE, CHART, ...set('kinds={virtual-environment}'), ...flags],
    ]);
    const older = 'virtualenvironments.v1alpha1.env.alibaba.com';
    await until(30, () => problem(plane.kubectl(['get', older, '-n', 'shop'])));
    const { metadata, ...rest } = await read(older, 'demo', '-n', 'shop');
    expect(metadata.uid).toBe(uid);
    expect(rest).toMatchObject({
      spec: {
        envHeader: { name: 'ali-env-mark', autoInject: true },
        envLabel: { name: 'virtual-env', splitter: '.' },
      },
    });
  });

  test('the way back gives the objects back, and starts the operator', async () => {
    await takenOver();
    await runScript('--back');
    expect(await labels()).toBe('');
    const deployment = await read<KubeObject & { spec: { replicas: number } }>(
      ...['deployment', 'virtual-env-operator', '-n', 'shop'],
    );
    expect(deployment.spec.replicas).toBe(1);
    const { metadata } = await read('virtualenvironments', 'demo', '-n', 'shop');
    expect(metadata.finalizers).toBeUndefined();
    const controllers = 'compositecontrollers.metacontroller.k8s.io';
    expect(await plane.kubectl(['get', controllers, '-o', 'name'])).not.toContain(
      'virtual-environment',
    );
  });

  test('the second script deletes what is left of the operator, and nothing else', async () => {
    await runScript();
    await takenOver();
    expect(await runScript()).toContain('mutatingwebhookconfigurations');
    const gone = [
      'deployment/virtual-env-operator -n shop',
      'serviceaccount/virtual-env-operator -n shop',
      'envoyfilter/demo -n shop',
      'mutatingwebhookconfiguration/virtual-environment-webhook',
      'secret/webhook-server-tls -n kt-virtual-environment',
    ];
    for (const one of gone)
      expect(await problem(plane.kubectl(['get', ...one.split(' ')]))).toMatch(/NotFound/);
    const { metadata } = await read('namespace', 'shop');
    expect(metadata.labels).not.toHaveProperty('environment-tag-injection');
    for (const one of ['virtualservice/app', 'destinationrule/app', 'envoyfilter/mine'])
      await plane.kubectl(['get', one, '-n', 'shop']);
    // A second time there is nothing to delete, and that is no error.
    await runScript();
  });

  /** As when Metacontroller has this kind: the policies let nobody else write a status. */
  async function takenOver(): Promise<void> {
    await plane.kubectl(['delete', 'validatingadmissionpolicybindings', '--all']);
    const target = ['patch', 'virtualenvironments', 'demo', '-n', 'shop', '--type=merge', '-p'];
    await plane.kubectl([...target, JSON.stringify({ metadata: { finalizers: [FINALIZER] } })]);
    const { metadata } = await read('virtualenvironments', 'demo', '-n', 'shop');
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Routed',
      message: 'all is well',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    };
    const status = { observedGeneration: metadata.generation, conditions: [condition] };
    await until(30, () =>
      problem(plane.kubectl([...target, JSON.stringify({ status }), '--subresource=status'])),
    );
  }
});
