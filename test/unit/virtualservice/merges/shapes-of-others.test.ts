import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { MERGE_GROUPS, type VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import { mergeCondition } from '../../../../src/cli/common/merges.ts';
import { startSimulation } from '../../../../src/cli/common/simulation.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { withMarker } from '../../../../src/virtualservice/routes/l4-marker.ts';
import type { L4Route } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { CONFIG } from '../../../support/objects.ts';

/** As in Istio's API, of which `VirtualService` has only a part. */
interface Spec {
  hosts?: string[];
  gateways?: string[];
  http?: object[];
  tcp?: L4Route[];
  tls?: L4Route[];
}

const FILE = new URL('./shapes-of-others.yaml', import.meta.url);
const SHAPES = Object.entries(parse(readFileSync(FILE, 'utf8')) as Record<string, Spec>);

const BRANCH = {
  match: [{ headers: { branch: { exact: 'b' } } }],
  route: [{ destination: { host: 'branch' } }],
};
const OWN = { name: 'own', route: [{ destination: { host: 'own' } }] };

function virtualService(name: string, spec: Spec): KubeObject & { spec: Spec } {
  const metadata = { name, namespace: 'shop' };
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec };
}

function merge(name: string, target: string, { http, tcp, tls }: Spec): VirtualServiceMerge {
  return {
    apiVersion: `${MERGE_GROUPS[0]}/v1alpha1`,
    kind: 'VirtualServiceMerge',
    metadata: { name, namespace: 'shop' },
    spec: {
      target: { name: target },
      patch: { ...(http && { http }), ...(tcp && { tcp }), ...(tls && { tls }) },
    },
  };
}

/** With hosts and gateways of the shape, for routes of the shape that come as a patch. */
function empty({ hosts = [], gateways }: Spec): Spec {
  return { hosts, ...(gateways && { gateways }), http: [OWN] };
}

type Cluster = Awaited<ReturnType<typeof startSimulation>>['cluster'];

let cluster: Cluster;

beforeAll(async () => {
  ({ cluster } = await startSimulation(CONFIG, { strategy: 'server-side-apply' }));
  const user = cluster.as('user');
  for (const [at, [, spec]] of SHAPES.entries()) {
    await user.create(virtualService(`target-${at}`, spec));
    await user.create(virtualService(`empty-${at}`, empty(spec)));
    await user.create(merge(`branch-${at}`, `target-${at}`, { http: [BRANCH] }));
    await user.create(merge(`shape-${at}`, `empty-${at}`, spec));
  }
  await cluster.settle();
}, 60_000);

function specOf(name: string): Spec {
  return (cluster.get('VirtualService', 'shop', name) as { spec?: Spec } | undefined)?.spec ?? {};
}

function mergedMessage(name: string): string | undefined {
  const merges = cluster.list<VirtualServiceMerge>('VirtualServiceMerge');
  const found = merges.find(({ metadata }) => metadata.name === name);
  return found && mergeCondition(found, 'Merged')?.message;
}

function unnamed(routes: readonly object[] = []): object[] {
  return routes.map((route) => ({ ...route, name: '' }));
}

describe.each(SHAPES.map(([name, spec], at) => [name, spec, at] as const))('%s', (_, spec, at) => {
  test('gets the routes of a merge before its own ones', () => {
    expect(mergedMessage(`branch-${at}`)).toMatch(/^1 http route is in /);
    const { http: [first = {}, ...own] = [], ...others } = specOf(`target-${at}`);
    expect(unnamed([first])).toEqual(unnamed([BRANCH]));
    expect({ ...others, ...(spec.http && { http: own }) }).toEqual(spec);
  });

  test('as the patch of a merge, has all its routes in their order', () => {
    expect(mergedMessage(`shape-${at}`)).toMatch(/ (is|are) in /);
    const { http, tcp, tls } = specOf(`empty-${at}`);
    expect(unnamed(http)).toEqual(unnamed([...(spec.http ?? []), OWN]));
    expect(tcp).toEqual(spec.tcp?.map(withMarker));
    expect(tls).toEqual(spec.tls?.map(withMarker));
  });
});

test('without the merges, all are as before', async () => {
  for (const { metadata } of cluster.list('VirtualServiceMerge'))
    await cluster.as('user').delete('VirtualServiceMerge', 'shop', metadata.name);
  await cluster.settle();
  const left = SHAPES.map((_, at) => [specOf(`target-${at}`), specOf(`empty-${at}`)]);
  expect(left).toEqual(SHAPES.map(([, spec]) => [spec, empty(spec)]));
});
