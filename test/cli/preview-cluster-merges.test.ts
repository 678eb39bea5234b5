import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { FakeServerOptions } from './lib/api-server.ts';
import { clusterPreviews, ENV, SHOP } from './lib/cluster-previews.ts';
import { previewed } from './lib/in-process.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { files, MISTAKE, MP101, MP1012, OTHER_GROUP, SHOP_MERGE, STABLE } from './lib/merges.ts';

jest.setTimeout(120_000);

const GROUP = 'istiomerger.monime.sl';
const GROUPS = [GROUP, 'istiomerge.monime.sl'];
const MERGED = 'is merged: 1 http route is in VirtualService services/payment-service';

const { folder, cluster, previewOn } = clusterPreviews();
let stable: KubeObject[];
let withBranch: KubeObject[];
let shop: KubeObject[];

beforeAll(async () => {
  stable = await livingCluster([STABLE]);
  withBranch = await livingCluster([STABLE, MP101]);
  shop = await livingCluster([...SHOP, SHOP_MERGE]);
});

/** The names of the merges whose routes a diff adds or removes. */
const routes = (text: string, sign: '+' | '-') =>
  text
    .split('\n')
    .flatMap((line) => /^([-+]).*virtual-service-merge-[^_]+_([^_]+)_/.exec(line) ?? [])
    .flatMap((_, index, all) => (all[index - 1] === sign ? [all[index] ?? ''] : []));

const isMerge = ({ resource }: { resource: string }) => resource.startsWith('virtualservicemerges');
const noMerges: FakeServerOptions['isDenied'] = isMerge;

describe('a merge that does not exist yet', () => {
  test('has the same preview as from files; only the needed objects are read', async () => {
    const { server, flags } = await cluster({ objects: stable });
    const { code, text } = await previewed(...flags, ...files(MP101));
    const fromFiles = await previewed(...files(STABLE, MP101));
    expect([code, fromFiles.code]).toEqual([0, 0]);
    const status = (all: string) => all.slice(all.indexOf('\nChanged: '));
    expect(status(text)).toBe(status(`\n${fromFiles.text}`));
    expect(server.asked.sort()).toEqual([
      'list dynamicenvs.riskified.com',
      'list virtualservicemerges.istiomerge.monime.sl',
      'list virtualservicemerges.istiomerger.monime.sl',
      'list virtualservices.networking.istio.io services',
    ]);
  });

  test('beside another one: only its own route is added', async () => {
    const { code, text } = await previewOn({ objects: withBranch }, ...files(MP1012, MISTAKE));
    expect(code).toBe(1);
    expect([routes(text, '+'), routes(text, '-')]).toEqual([['payment-service-mp-1012'], []]);
    expect(text).toContain(`VirtualServiceMerge services/payment-service-mp-1012 ${MERGED}`);
    expect(text).not.toContain('VirtualServiceMerge services/payment-service-mp-101 ');
  });
});

describe('a merge that exists', () => {
  test('a change of it is a change of its route', async () => {
    const file = join(folder, 'changed.yaml');
    writeFileSync(file, readFileSync(MP101, 'utf8').replace('number: 80', 'number: 8080'));
    const { code, text } = await previewOn({ objects: withBranch }, ...files(file), '--delete');
    expect(code).toBe(0);
    expect(text).toMatch(/^-\s+number: 80\n\+\s+number: 8080$/m);
    expect([routes(text, '+'), routes(text, '-')]).toEqual([[], []]);
    expect(text).toContain('Deleted again: 0 differences');
  });

  test('without files: all merges of the cluster', async () => {
    const { code, text } = await previewOn({ objects: withBranch });
    expect([code, routes(text, '+')]).toEqual([0, ['payment-service-mp-101']]);
    expect(text).toContain(MERGED);
  });

  test('one that is being deleted is left out', async () => {
    const deleted = withBranch.map((object) =>
      object.kind === 'VirtualServiceMerge'
        ? {
            ...object,
            metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
          }
        : object,
    );
    const { code, text } = await previewOn({ objects: deleted });
    expect([code, routes(text, '+')]).toEqual([1, []]);
    expect(text).toContain(
      'VirtualServiceMerge services/payment-service-mp-101 is being deleted, and is left out',
    );
  });

  test('a note if it is merged in the preview only', async () => {
    const pending = withBranch.map((object) =>
      object.kind === 'VirtualServiceMerge' ? { ...object, status: {} } : object,
    );
    const { text } = await previewOn({ objects: pending });
    expect(text).toContain(
      'services/payment-service-mp-101 is not merged in the cluster, and this preview does not show why; see "get merges"',
    );
  });
});

describe('an env on a VirtualService with merged routes', () => {
  test('the merged routes stay; merges are not read', async () => {
    const { server, flags } = await cluster({ objects: shop, isDenied: noMerges });
    const { code, text, notes } = await previewed(...flags, ...files(ENV));
    expect([code, notes, text.includes('Warnings')]).toEqual([0, '', false]);
    expect([routes(text, '+'), routes(text, '-')]).toEqual([[], []]);
    expect(text).toMatch(/^ \s+prefix: \/exports$/m);
    expect(text.match(/^\+.*subset: backend-test-user$/gm)).toHaveLength(3);
    expect(server.asked.filter((one) => one.includes('merges'))).toEqual([]);
  });
});

describe('merges that cannot be read', () => {
  test('not installed: a note, and the preview goes on', async () => {
    const unserved = ['virtualservicemerges'];
    const { code, text } = await previewOn({ objects: stable, unserved }, ...files(MP101));
    expect([code, routes(text, '+')]).toEqual([0, ['payment-service-mp-101']]);
    expect(text).toContain(
      '\n  VirtualServiceMerge of istiomerger.monime.sl is not installed in this cluster; this shows what would happen if it were\n',
    );
  });

  test('without files and without the kind, nothing is said about merges', async () => {
    const { code, text } = await previewOn({ objects: stable, unserved: ['virtualservicemerges'] });
    expect(code).toBe(1);
    expect(text).toMatch(
      /Warnings\n {2}no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment in the cluster\n$/,
    );
  });

  test('a right is missing: a note, and the routes of others are those in the VirtualService', async () => {
    const options = { objects: withBranch, isDenied: noMerges, groups: [GROUP] };
    const { code, text } = await previewOn(options, ...files(MP1012));
    expect([code, routes(text, '+')]).toEqual([0, ['payment-service-mp-1012']]);
    expect(text).toContain(
      '  not read, because of a missing right: list virtualservicemerges.istiomerger.monime.sl in all namespaces (user "jane"): other VirtualServiceMerges; their routes are taken from the VirtualServices\n',
    );
    expect(text).not.toContain('istiomerge.monime.sl in all');
    // A line of its route that does not change.
    expect(text).toMatch(/^ \s+regex: .*payment-service:mp-101\(/m);
  });

  test('in its own namespace they may be listed: that is enough', async () => {
    const isDenied: FakeServerOptions['isDenied'] = (asked) =>
      isMerge(asked) && asked.namespace === '';
    const options = { objects: withBranch, isDenied, groups: GROUPS };
    const { code, text } = await previewOn(options, ...files(MP101, OTHER_GROUP));
    expect(code).toBe(0);
    expect(text).toContain(`services/payment-service-mp-101 ${MERGED}`);
    expect(routes(text, '+')).toEqual(['payment-service-mp-101']);
  });
});
