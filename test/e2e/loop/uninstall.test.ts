import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { problem, until } from '../control-plane/poll.ts';
import { CHART, set } from '../lib/chart.ts';
import { loopTest } from '../lib/loop-test.ts';
import { deleteEnv, ENV, ENV_FILE, installShop, untilReady } from '../lib/shop.ts';
import { type System, startSystem } from '../lib/system.ts';

const CRDS = [
  'dynamicenvs.riskified.com',
  'routeinjections.riskified.com',
  'subscribers.riskified.com',
];
/** The kinds of users' objects that the system could change. */
const KINDS = 'deployments,services,destinationrules,virtualservices';

let system: System;
/** The users' objects before the DynamicEnv was created. */
let before: KubeObject[];

/**
 * Starts a system, installs our chart (the service runs outside the cluster) and the shop, and creates the DynamicEnv.
 */
beforeEach(async () => {
  system = await startSystem({ strategy: 'server-side-apply' });
  const { kubectl } = system.cluster;
  // startSystem installed these with kubectl. They are deleted, because here the chart must install them.
  const global = 'compositecontrollers,decoratorcontrollers,mutatingwebhookconfigurations';
  await kubectl(['delete', global, '--all']);
  await kubectl(['delete', 'crd', ...CRDS]);
  await install();
  await installShop(system.cluster);
  before = await foreignObjects();
  await kubectl(['apply', '-f', ENV_FILE]);
  await untilReady(system.cluster);
  expect(await foreignObjects()).not.toEqual(before);
}, 300_000);

afterEach(() => system?.stop());

async function install(): Promise<void> {
  const { cluster, service } = system;
  const ca = join(cluster.folder, 'webhook-ca.pem');
  await writeFile(ca, service.admission.ca);
  const urls = set(`hooks.url=${service.hooks}`, `admission.url=${service.admission.url}`);
  const namespace = ['-n', 'dynamicenv', '--create-namespace'];
  await cluster.helm([
    ...['install', 'dynamicenv', CHART, ...namespace, ...urls],
    ...['--set-file', `admission.caBundle=${ca}`],
  ]);
}

const uninstall = () => system.cluster.helm(['uninstall', 'dynamicenv', '-n', 'dynamicenv']);

/** The users' objects without status, resource version, generation and managed fields, which change at every write. */
async function foreignObjects(): Promise<KubeObject[]> {
  const text = await system.cluster.kubectl(['get', KINDS, '-n', 'shop', '-o', 'json']);
  return (JSON.parse(text).items as (KubeObject & { status?: unknown })[]).map(
    ({ status: _status, metadata, ...rest }) => {
      const { resourceVersion: _v, generation: _g, managedFields: _m, ...kept } = metadata;
      return { ...rest, metadata: kept };
    },
  );
}

loopTest(
  'uninstall in the right order (DynamicEnvs, Helm release, CustomResourceDefinitions) leaves nothing',
  async () => {
    const { cluster } = system;
    await deleteEnv(cluster);
    await uninstall();
    await cluster.kubectl(['delete', 'crd', ...CRDS, '--timeout=30s']);
    expect(await foreignObjects()).toEqual(before);
  },
  300_000,
);

loopTest(
  'if the Helm release is uninstalled first, DynamicEnvs and routes stay; a new installation removes them',
  async () => {
    const { cluster } = system;
    await uninstall();
    const stuck = await problem(cluster.kubectl(['delete', 'de', ENV, '--timeout=5s']));
    expect(stuck).toContain('timed out waiting');
    const route = `dynamic-environment-${ENV}`;
    expect(JSON.stringify(await foreignObjects())).toContain(route);

    await install();
    await until(120, async () => {
      const left = await cluster.kubectl(['get', 'de', '-o', 'name']);
      return left === '' ? undefined : `still there: ${left}`;
    });
    await uninstall();
    await cluster.kubectl(['delete', 'crd', ...CRDS, '--timeout=30s']);
    expect(await foreignObjects()).toEqual(before);
  },
  300_000,
);

loopTest(
  "if the Helm release is uninstalled first and not installed again, the manual steps of the chart's README remove everything",
  async () => {
    const { cluster } = system;
    const { kubectl } = cluster;
    await uninstall();
    await kubectl(['delete', 'de', ENV, '--wait=false']);
    const finalizers = '[{"op": "remove", "path": "/metadata/finalizers"}]';
    await kubectl(['patch', 'de', ENV, '--type=json', '-p', finalizers]);
    // The garbage collector deletes the children of the DynamicEnv.
    await until(120, async () => {
      const left = await kubectl(['get', 'deploy,dr,routeinjections', '-A', '-o', 'name']);
      return left.includes(ENV) ? `still there: ${left}` : undefined;
    });
    const [route] = await kubectl(['get', 'vs', 'backend', '-n', 'shop', '-o', 'json']).then(
      (text) => JSON.parse(text).spec.http as { name?: string }[],
    );
    expect(route?.name).toMatch(/^dynamic-environment-/);

    const marked = await kubectl([
      ...['get', 'vs', '-A', '-o', 'name', '-l', `env.riskified.com/${ENV}`],
    ]);
    expect(marked.trim()).toBe('virtualservice.networking.istio.io/backend');
    await kubectl(['apply', '-f', join(CHART, '..', '..', 'examples', 'shop', 'backend.yaml')]);
    const marks = ['riskified.com/route-injections-', 'riskified.com/dynamic-environment-'];
    await kubectl(['annotate', 'vs', 'backend', '-n', 'shop', ...marks]);
    await kubectl(['label', 'vs', 'backend', '-n', 'shop', `env.riskified.com/${ENV}-`]);
    await kubectl(['delete', 'crd', ...CRDS, '--timeout=30s']);
    expect(await foreignObjects()).toEqual(before);
  },
  300_000,
);
