import { expect, test } from '@jest/globals';
import type { VirtualEnvironment } from '../../../../src/api/virtualenvironment.ts';
import type { CompositeResponse, ObjectMap } from '../../../../src/hooks/types.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { virtualEnvironmentController } from '../../../../src/kinds/virtual-environment/controller.ts';
import { injectingFilter } from '../../../../src/kinds/virtual-environment/envoy-filter.ts';
import {
  finalizeVirtualEnvironment,
  syncVirtualEnvironment,
} from '../../../../src/kinds/virtual-environment/sync.ts';
import { CONFIG, NOW } from '../../../support/objects.ts';

const FILTERS = 'EnvoyFilter.networking.istio.io/v1alpha3';
const SETTINGS = { ...CONFIG, settleSeconds: 0, autoInjection: 'envoy-filters' } as const;

function environment(autoInject: boolean): VirtualEnvironment {
  return {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'demo', namespace: 'shop', uid: 'u1' },
    spec: { envHeader: { autoInject } },
  };
}

function deployment(version: string): KubeObject {
  const labels = { app: 'js', ...(version === '' ? {} : { 'virtual-env': version }) };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `js-${version}`, namespace: 'shop', generation: 1 },
    spec: { template: { metadata: { labels } } },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1 },
  };
  return object;
}

const byName = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map((one) => [one.metadata.name, one]));

function related(older: readonly KubeObject[] = []): ObjectMap {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'js', namespace: 'shop' },
    spec: { selector: { app: 'js' }, ports: [{ name: 'http', port: 80 }] },
  };
  return {
    'Service.v1': { js: service },
    'Deployment.apps/v1': byName(['', 'dev', 'dev.p1', 'dev.p1'].map(deployment)),
    'StatefulSet.apps/v1': {},
    'VirtualService.networking.istio.io/v1': {},
    'DestinationRule.networking.istio.io/v1': {},
    'VirtualEnvironment.env.alibaba.com/v1alpha2': byName(older),
  };
}

function filter(value: string): KubeObject {
  const input = { owner: 'demo', namespace: 'shop', header: 'X-Virtual-Env', label: 'virtual-env' };
  return injectingFilter(value, input);
}

function childrenOf(answer: ReturnType<typeof syncVirtualEnvironment>): KubeObject[] {
  if ('reason' in answer) throw new Error(answer.message);
  return (answer as CompositeResponse).children;
}

const request = (parent: VirtualEnvironment, filters: readonly KubeObject[] = []) => ({
  parent,
  children: { [FILTERS]: byName(filters) },
  related: related(),
});

const filtersIn = (children: readonly KubeObject[]) =>
  children.filter(({ kind }) => kind === 'EnvoyFilter');

test('there is one filter for each value of the label, and routes inject nothing', () => {
  const answer = syncVirtualEnvironment(request(environment(true)), [], SETTINGS, NOW);
  const children = childrenOf(answer);
  expect(filtersIn(children)).toEqual([filter('dev'), filter('dev.p1')]);
  const services = children.filter(({ kind }) => kind === 'VirtualService') as VirtualService[];
  expect(JSON.stringify(services)).not.toContain('sourceLabels');
});

test.each([
  ['autoInject is off', environment(false), SETTINGS],
  ['routes inject', environment(true), { ...SETTINGS, autoInjection: 'routes' as const }],
])('there is none if %s, and those that exist go', (_, parent, settings) => {
  const answer = syncVirtualEnvironment(request(parent, [filter('dev')]), [], settings, NOW);
  expect(filtersIn(childrenOf(answer))).toEqual([]);
});

test('a spec that cannot be acted on keeps them', () => {
  const refusals = [{ reason: 'Invalid' as const, message: 'no' }];
  const stored = { ...filter('dev'), metadata: { ...filter('dev').metadata, uid: 'u2' } };
  const answer = syncVirtualEnvironment(
    request(environment(true), [stored]),
    refusals,
    SETTINGS,
    NOW,
  );
  expect(filtersIn(childrenOf(answer))).toEqual([filter('dev')]);
});

test('a deletion removes them, and is not over before they are gone', () => {
  const finalize = (filters: readonly KubeObject[]) =>
    finalizeVirtualEnvironment(request(environment(true), filters), SETTINGS, NOW);
  expect(finalize([filter('dev')])).toMatchObject({ children: [], finalized: false });
  expect(finalize([])).toMatchObject({ children: [], finalized: true });
});

test('Metacontroller has them as children only with this setting', () => {
  const resources = (way: 'routes' | 'envoy-filters') =>
    virtualEnvironmentController(way).childResources.map(({ resource }) => resource);
  expect(resources('routes')).toEqual(['destinationrules', 'virtualservices']);
  expect(resources('envoy-filters')).toEqual([
    'destinationrules',
    'virtualservices',
    'envoyfilters',
  ]);
});
