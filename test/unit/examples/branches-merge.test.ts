import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { targetOf, type VirtualServiceMerge } from '../../../src/api/virtualservicemerge.ts';
import { loadManifests } from '../../../src/cli/common/manifests.ts';
import { requestMismatch } from '../../../src/istio/match-request.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Deployment, Service } from '../../../src/k8s/workload.ts';
import { joinedRequest } from '../refs/joined-request.ts';

const FOLDER = fileURLToPath(new URL('../../../examples/branches/', import.meta.url));
const RELEASES = readdirSync(`${FOLDER}manifests-merge`).map((file) => file.replace('.yaml', ''));

async function load(file: string): Promise<KubeObject[]> {
  const warn = (text: string) => expect(text).toBe('no warning');
  const loaded = await loadManifests([`${FOLDER}${file}`], {}, 'default', warn);
  return loaded.map(({ object }) => object);
}

const find = <T extends KubeObject>(objects: readonly KubeObject[], kind: string) =>
  objects.find((object) => object.kind === kind) as T;

describe.each(RELEASES)('examples/branches/manifests-merge/%s.yaml', (release) => {
  const service = release.replace(/-mp-\d+$/, '');
  let branch: KubeObject[];
  let stable: KubeObject[];

  beforeAll(async () => {
    branch = await load(`manifests-merge/${release}.yaml`);
    stable = await load(`manifests/${service}.yaml`);
  });

  test('has a Deployment, a Service and a VirtualServiceMerge of its own, for the stable VirtualService', () => {
    expect(branch.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['Service', 'services', release],
      ['Deployment', 'services', release],
      ['VirtualServiceMerge', 'services', release],
    ]);
    const { metadata } = find(stable, 'VirtualService');
    const merge = find<VirtualServiceMerge>(branch, 'VirtualServiceMerge');
    expect(targetOf(merge)).toBe(`${metadata.namespace}/${metadata.name}`);
  });

  test('its Service selects its pods, and neither Service selects the pods of the other version', () => {
    const selects = (from: KubeObject[], to: KubeObject[]) => {
      const selector = Object.entries(find<Service>(from, 'Service').spec?.selector ?? {});
      const { labels } = find<Deployment>(to, 'Deployment').spec.template.metadata ?? {};
      return selector.every(([key, value]) => labels?.[key] === value);
    };
    expect([selects(branch, branch), selects(branch, stable), selects(stable, branch)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('its route leads to its Service', () => {
    const [route, ...others] = routesOf(branch);
    expect(others).toEqual([]);
    const host = `${release}.services.svc.cluster.local`;
    expect(route?.route).toEqual([{ destination: { host, port: { number: 80 } } }]);
  });
});

function routesOf(objects: readonly KubeObject[]): HTTPRoute[] {
  return find<VirtualServiceMerge>(objects, 'VirtualServiceMerge').spec.patch?.http as HTTPRoute[];
}

describe('the branch payment-service:mp-101 gets requests with', () => {
  let matches: HTTPRoute['match'];

  beforeAll(async () => {
    const [route] = routesOf(await load('manifests-merge/payment-service-mp-101.yaml'));
    matches = route?.match;
  });

  const SERVICE = 'x-service-route';
  const SOURCE = 'x-source-route';
  test.each<[Record<string, string>, boolean]>([
    [{ [SERVICE]: 'payment-service:mp-101' }, true],
    [{ [SERVICE]: 'payment-service:mp-101::cart-service:mp-102' }, true],
    [{ [SERVICE]: 'cart-service:mp-102::payment-service:mp-101' }, true],
    [{ [SERVICE]: 'a:b::payment-service:mp-101::c:d' }, true],
    [{ [SERVICE]: 'payment-service:mp-1012' }, false],
    [{ [SERVICE]: 'a:b::payment-service:mp-1012' }, false],
    [{ [SERVICE]: 'payment-service:mp-101-hotfix' }, false],
    [{ [SERVICE]: 'my-payment-service:mp-101' }, false],
    [{ [SERVICE]: 'cart-service:mp-101' }, false],
    [{}, false],
    [{ [SOURCE]: 'mp-101' }, true],
    [{ [SOURCE]: 'mp-1012' }, false],
    [{ [SOURCE]: 'mp-101', [SERVICE]: 'cart-service:mp-102' }, true],
    [{ [SOURCE]: 'mp-101', [SERVICE]: 'payment-service:mp-102' }, false],
    [{ [SOURCE]: 'mp-101', [SERVICE]: 'cart-service:x::payment-service:unknown' }, false],
    [{ [SOURCE]: 'mp-102', [SERVICE]: 'payment-service:mp-101' }, true],
  ])('%j: %s', (headers, expected) => {
    const request = joinedRequest(Object.entries(headers));
    const isTaken = matches?.some((match) => requestMismatch(match, request) === undefined);
    expect(isTaken).toBe(expected);
  });
});
