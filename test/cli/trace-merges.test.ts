import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { FakeServerOptions } from './lib/api-server.ts';
import { clusterPreviews } from './lib/cluster-previews.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { files, MISTAKE, MP101, MP1012, OTHER_GROUP, SHOP_MERGE, STABLE } from './lib/merges.ts';
import { traced, tracedData } from './lib/traced.ts';

jest.setTimeout(120_000);

const PAYMENT = 'http://payment-service.services/';
const FROM = ['--from', 'services/payment-service'];
const header = (ref: string) => ['-H', `x-service-route: payment-service:${ref}`];
const MERGE = {
  group: 'istiomerger.monime.sl',
  namespace: 'services',
  name: 'payment-service-mp-101',
  route: 'payment-service-mp-101',
};
const TAKEN = `→ Deployment services/payment-service-mp-101, merge services/payment-service-mp-101
  from           pods of Deployment services/payment-service
  host           payment-service.services.svc.cluster.local, port 80
  decides        VirtualService services/payment-service: the only one that counts for this host
  taken by       route 2 of services/payment-service (merge services/payment-service-mp-101, route "payment-service-mp-101"), match 1
  tried before   route 1 of services/payment-service (merge services/payment-service-mp-1012, route "payment-service-mp-1012"), match 1: header x-service-route: wanted regex "^(?:.*::)?payment-service:mp-1012(?:::.*)?$", got "payment-service:mp-101"
                 route 1 of services/payment-service (merge services/payment-service-mp-1012, route "payment-service-mp-1012"), match 2: header x-source-route: wanted exact "mp-1012", got none
`;

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));

const { cluster, folder } = clusterPreviews();
let objects: KubeObject[];

beforeAll(async () => {
  objects = await livingCluster([STABLE, MP101, MP1012, MISTAKE]);
});

describe('files', () => {
  const BOTH = files(STABLE, MP101, MP1012);

  test('a merged route: which merge, which of its routes, and why not the other merge', async () => {
    const { code, text } = await traced(...BOTH, PAYMENT, ...header('mp-101'), ...FROM);
    expect(code).toBe(0);
    expect(text).toContain(`\n${TAKEN}`);
    const { hop } = await tracedData(...BOTH, PAYMENT, ...header('mp-101'), ...FROM);
    expect(hop.route).toMatchObject({ index: 1, merge: MERGE });
    expect(hop.tried[0]?.merge?.name).toBe('payment-service-mp-1012');
    expect(hop.otherMerges).toEqual([]);
  });

  test('the own route: the merged ones are among those that were tried', async () => {
    const { hop } = await tracedData(...BOTH, PAYMENT, ...header('mp-7'), ...FROM);
    expect([hop.summary, hop.route?.name, hop.route?.merge]).toEqual([
      'to Deployment services/payment-service',
      'stable',
      undefined,
    ]);
    expect(hop.tried.map(({ merge }) => merge?.name)).toEqual([
      'payment-service-mp-1012',
      'payment-service-mp-1012',
      'payment-service-mp-101',
      'payment-service-mp-101',
    ]);
  });

  test('other merges: one whose route comes later, and one that is not merged', async () => {
    const given = files(STABLE, MP101, OTHER_GROUP, MISTAKE);
    const { text } = await traced(...given, PAYMENT, ...header('mp-101'), ...FROM);
    const [, others = ''] = text.split('  other merges   ');
    const lines = others.split('\n');
    expect(lines[0]).toBe(
      'services/payment-service-mp-101 of istiomerge.monime.sl: its route 1 matches the request, too, but comes later: its precedence is 0, that of the first is 101',
    );
    expect(lines[1]).toMatch(
      /^ +services\/mistake: it is not merged: not accepted \(Invalid\): spec\.patch\.http\[0\]/,
    );
    const plain = await tracedData(...given, PAYMENT, ...FROM);
    expect(plain.hop.route?.merge).toEqual({
      ...MERGE,
      group: 'istiomerge.monime.sl',
      index: 0,
      route: undefined,
    });
  });
});

describe('envs and merges of one VirtualService', () => {
  const REQUEST = ['http://backend.shop/exports/1', '-H', 'user: test-user', '--from', 'shop/web'];

  test("a copy of the merged route takes the env's requests", async () => {
    const { hop } = await tracedData(...files(SHOP, SHOP_MERGE), ...REQUEST);
    expect([hop.env?.name, hop.route?.merge]).toEqual(['test-user', undefined]);
    expect(hop.otherMerges).toMatchObject([
      {
        name: 'exports',
        reason: 'later',
        why: 'its route "exports" matches the request, too, but comes later: a route of an env comes first',
      },
    ]);
    expect(hop.withoutEnvs?.route?.merge?.name).toBe('exports');
  });

  test('a merged route to another Service has no copy: it is named as its author knows it', async () => {
    const file = join(folder, 'elsewhere.yaml');
    const text = readFileSync(SHOP_MERGE, 'utf8');
    writeFileSync(file, text.replace('host: backend, subset: shared', 'host: web'));
    const { hop } = await tracedData(...files(SHOP, file), ...REQUEST);
    expect([hop.summary, hop.route?.merge?.name]).toEqual(['to Deployment shop/web', 'exports']);
    expect(hop.otherEnvs).toMatchObject([
      {
        reason: 'no-copy',
        why: 'route "exports" of merge shop/exports does not send to backend.shop.svc.cluster.local',
      },
    ]);
  });
});

describe('a cluster', () => {
  test('as it is now', async () => {
    const { flags } = await cluster({ objects });
    const { code, text } = await traced(...flags, PAYMENT, ...header('mp-101'), ...FROM);
    expect(code).toBe(0);
    expect(text).toContain(`\n${TAKEN}`);
    expect(text).toMatch(/^ {2}other merges {3}services\/mistake: it is not merged: /m);
  });

  test('with files: what merges have added is there, too', async () => {
    const { flags } = await cluster({ objects: objects.filter(isNoneOf('mp-1012')) });
    const args = [...flags, ...files(MP1012), PAYMENT, ...FROM];
    const first = await tracedData(...args, ...header('mp-101'));
    const second = await tracedData(...args, ...header('mp-1012'));
    expect([first.hop.route?.merge, second.hop.route?.merge?.name]).toEqual([
      MERGE,
      'payment-service-mp-1012',
    ]);
  });

  test.each<[string, FakeServerOptions, boolean]>([
    ['the kind is not installed', { unserved: ['virtualservicemerges'] }, false],
    ['the right is missing', { groups: ['istiomerger.monime.sl'] }, true],
    ['the right is missing, and the kind is not installed', {}, false],
  ])('%s: the trace is the same, also with files', async (_, options, isNoted) => {
    const isDenied: FakeServerOptions['isDenied'] = ({ resource }) =>
      resource.startsWith('virtualservicemerges');
    const given = options.unserved ? options : { ...options, isDenied };
    const { flags } = await cluster({ objects, ...given });
    const now = await tracedData(...flags, PAYMENT, ...header('mp-101'), ...FROM);
    const after = await tracedData(
      ...flags,
      ...files(STABLE),
      PAYMENT,
      ...header('mp-101'),
      ...FROM,
    );
    expect(now.hop.route?.merge).toEqual(MERGE);
    expect(now.notes.some((note) => note.includes('VirtualServiceMerges; those without'))).toBe(
      isNoted,
    );
    if (!options.unserved) expect(after.hop.route?.merge).toEqual(isNoted ? MERGE : undefined);
  });
});

/** A test for objects whose name does not end so, and for VirtualServices. */
function isNoneOf(end: string): (object: KubeObject) => boolean {
  return ({ kind, metadata }) => kind === 'VirtualService' || !metadata.name.endsWith(end);
}
