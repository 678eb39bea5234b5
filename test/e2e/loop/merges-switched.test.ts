import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import { until } from '../control-plane/poll.ts';
import { follow } from '../control-plane/watch.ts';
import { CHART, set } from '../lib/chart.ts';
import { earlierChart } from '../lib/earlier-chart.ts';
import { collectionOf } from '../lib/kinds.ts';
import { loopTest } from '../lib/loop-test.ts';
import { deleteEnv, ENV_FILE, installShop, untilReady } from '../lib/shop.ts';
import { type System, startSystem } from '../lib/system.ts';

const STRATEGIES: ApplyStrategy[] = ['dynamic-apply', 'server-side-apply'];
const [GROUP] = MERGE_GROUPS;
const CRDS = [
  'dynamicenvs.riskified.com',
  'routeinjections.riskified.com',
  ...MERGE_GROUPS.map((group) => `virtualservicemerges.${group}`),
  'subscribers.riskified.com',
];
const MERGED = /^virtual-service-merge-/;
const OF_ENV = /^dynamic-environment-/;

interface Routed {
  kind: string;
  metadata: { name: string };
  spec?: { http?: { name?: string }[] };
}

const routeNames = ({ spec }: Routed) => (spec?.http ?? []).map(({ name = '' }) => name);

/** The chart's release, whose service runs in this process. */
function releaseOf({ cluster, service }: System) {
  const urls = set(`hooks.url=${service.hooks}`, `admission.url=${service.admission.url}`);
  return {
    install: async (chart: string) => {
      const ca = join(cluster.folder, 'webhook-ca.pem');
      await writeFile(ca, service.admission.ca);
      const namespace = ['-n', 'dynamicenv', '--create-namespace'];
      const given = [...urls, '--set-file', `admission.caBundle=${ca}`];
      await cluster.helm(['install', 'dynamicenv', chart, ...namespace, ...given]);
    },
    upgrade: (...args: string[]) =>
      cluster.helm(['upgrade', 'dynamicenv', CHART, '-n', 'dynamicenv', '--reuse-values', ...args]),
  };
}

function merge(target: string) {
  const route = { destination: { host: `${target}-branch` } };
  const http = [{ match: [{ headers: { branch: { exact: 'a' } } }], route: [route] }];
  return {
    apiVersion: `${GROUP}/v1alpha1`,
    kind: 'VirtualServiceMerge',
    metadata: { name: target, namespace: 'shop' },
    spec: { target: { name: target }, patch: { http } },
  };
}

const NEW_TARGET = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'new', namespace: 'shop' },
  spec: { hosts: ['new'], http: [{ name: 'stable', route: [{ destination: { host: 'new' } }] }] },
};

loopTest.each(STRATEGIES)(
  'with %s, VirtualServiceMerges are switched on in a running system and off again; envs keep their routes, and routes of merges come and leave',
  async (strategy) => {
    const system = await startSystem({ strategy });
    const { cluster, service } = system;
    const { kubectl } = cluster;
    const release = releaseOf(system);
    const routes = async (name: string) =>
      routeNames(JSON.parse(await kubectl(['get', 'vs', name, '-n', 'shop', '-o', 'json'])));
    const hasMerged = async (name: string, isWanted: boolean) => {
      const names = await routes(name);
      return names.some((route) => MERGED.test(route)) === isWanted
        ? undefined
        : `${name} has the routes ${names.join(', ')}`;
    };
    try {
      // startSystem installed these with kubectl. Here the chart must install them.
      const global = 'compositecontrollers,decoratorcontrollers,mutatingwebhookconfigurations';
      await kubectl(['delete', global, '--all']);
      await kubectl(['delete', 'crd', ...CRDS]);
      await release.install(await earlierChart(cluster.folder));
      await release.upgrade();
      await installShop(cluster);
      await kubectl(['apply', '-f', ENV_FILE]);
      await untilReady(cluster);
      const own = (await routes('backend')).filter((name) => !OF_ENV.test(name));
      const lost: string[] = [];
      const { path } = collectionOf('VirtualService');
      const unfollow = await follow<Routed>(cluster.api, path, ({ object }) => {
        if (object.metadata.name !== 'backend') return;
        const names = routeNames(object);
        const hasAll = own.every((name) => names.includes(name));
        if (!hasAll || !names.some((name) => OF_ENV.test(name))) lost.push(names.join(', '));
      });

      await service.configure(decisionConfig({ mergeGroups: GROUP }));
      await release.upgrade(...set('kinds={virtual-service-merge}'));
      await kubectl(['wait', '--for=condition=Established', 'crd', CRDS[2] ?? '', '--timeout=30s']);
      await kubectl(['apply', '-f', '-'], { input: NEW_TARGET });
      for (const target of ['backend', 'new']) {
        await kubectl(['apply', '-f', '-'], { input: merge(target) });
      }
      // A VirtualService that Metacontroller sees for the first time gets its routes at once.
      await until(120, () => hasMerged('new', true));
      // For one that was there before, Metacontroller uses for twenty minutes what the service asked for then.
      await sleep(70_000);
      expect(await hasMerged('backend', false)).toBeUndefined();
      const start = await system.killMetacontroller();
      await start();
      await until(120, () => hasMerged('backend', true));
      for (const target of ['backend', 'new']) {
        const name = `virtualservicemerge/${target}`;
        await kubectl(['wait', '--for=condition=Merged', name, '-n', 'shop', '--timeout=120s']);
      }

      await service.configure(decisionConfig({}));
      await release.upgrade('--set-json', 'kinds=[]');
      for (const target of ['backend', 'new']) await until(400, () => hasMerged(target, false));
      unfollow();
      expect(lost).toEqual([]);
      expect((await routes('backend')).filter((name) => !OF_ENV.test(name))).toEqual(own);
      await untilReady(cluster);
      // The definition stays, and so do the merges.
      expect(
        await kubectl(['get', `virtualservicemerges.${GROUP}`, '-n', 'shop', '-o', 'name']),
      ).toContain('backend');
      expect(await kubectl(['get', 'decoratorcontrollers', '-o', 'name'])).not.toContain('merge');
      await deleteEnv(cluster);
      expect(await routes('backend')).toEqual(own);
    } finally {
      await system.stop();
    }
  },
  900_000,
);
