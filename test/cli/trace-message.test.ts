import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { traced } from './lib/traced.ts';

jest.setTimeout(120_000);

const EXAMPLE = fileURLToPath(new URL('../../examples/messages/manifests', import.meta.url));
const TO = ['--to', 'shop/order-service'];
const FILES = ['--message', '-f', EXAMPLE, ...TO];
const MINE = ['-H', 'x-source-route: mp-101'];

const folder = temporaryFolder();
let objects: KubeObject[];
let servers: FakeServer[] = [];

beforeAll(async () => {
  objects = await livingCluster([EXAMPLE]);
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function cluster(options: FakeServerOptions = {}): Promise<string[]> {
  const server = await fakeApiServer({ objects, ...options });
  servers.push(server);
  return ['--from-cluster', '--kubeconfig', writeConfig(folder, 'config', { server: server.url })];
}

describe('files', () => {
  test('a message with the ref of an env', async () => {
    const { code, text } = await traced(...FILES, ...MINE);
    const lines = text.split('\n').map((line) => line.replaceAll(/[0-9a-f]{10}/g, '<hash>'));
    expect([code, ...lines]).toEqual([
      0,
      'message to shop/order-service  x-source-route: mp-101',
      '→ Deployment shop/order-service-mp-101, env mp-101',
      '  named as       order-service',
      '  header         x-source-route "mp-101": ref mp-101, for every service without a pair of its own; this header decides',
      '  ref            mp-101',
      '  base           Deployment shop/order-service, 1 of 1 ready',
      '                 skips it: ref mp-101 has a live consumer (it handles it, too, if the feed has not answered it for 30 s)',
      '  env            Deployment shop/order-service-mp-101, 1 of 1 ready, clone of env mp-101',
      '                 handles it: the message has its ref mp-101',
      '                 Subscriber mp-101-<hash> is Live: ref mp-101, named as order-service',
      '                 its consumer groups: *.mp-101.<hash>',
      '',
    ]);
  });

  test('a repeated header, as JSON: the base handles it', async () => {
    const { code, text } = await traced(...FILES, ...MINE, ...MINE, '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      handledBy: ['shop/order-service'],
      readings: [{ value: 'mp-101,mp-101' }],
    });
  });

  test.each<[string, string[], RegExp]>([
    ['no --to', ['--message', '-f', EXAMPLE], /--to: expected NAMESPACE\/NAME/],
    ['a URL', [...FILES, 'http://order-service'], /a message has no URL/],
    ['--from', [...FILES, '--from', 'shop/web'], /--from is for requests/],
    ['--to without --message', ['-f', EXAMPLE, ...TO, 'http://web'], /--to is for messages/],
    [
      'no such Deployment',
      ['--message', '-f', EXAMPLE, '--to', 'shop/x'],
      /no Deployment shop\/x.*order-service/,
    ],
    [
      'a clone',
      ['--message', '-f', EXAMPLE, '--to', 'shop/order-service-mp-101'],
      /is a clone of env mp-101; name its base/,
    ],
    ['a header without a colon', [...FILES, '-H', 'mp-101'], /-H: expected 'name: value'/],
  ])('%s', async (_, args, message) => {
    expect(await refusalOf(traced(...args))).toMatch(message);
  });
});

describe('a cluster', () => {
  const withPhase = (phase: string) =>
    objects.map((object) =>
      object.kind === 'Subscriber'
        ? ({ ...object, spec: { ...(object as { spec?: object }).spec, phase } } as KubeObject)
        : object,
    );

  test('phases are those of the cluster', async () => {
    const flags = await cluster({ objects: withPhase('Leaving') });
    const { code, text } = await traced('--message', ...flags, ...TO, ...MINE);
    expect(code).toBe(1);
    expect(text).toContain(
      '→ Deployment shop/order-service, and Deployment shop/order-service-mp-101, env mp-101\n',
    );
    expect(text).toContain('env mp-101 is Leaving');
  });

  test('with a file applied', async () => {
    const flags = await cluster({ objects: objects.filter(({ kind }) => kind !== 'DynamicEnv') });
    const files = ['-f', `${EXAMPLE}/dynamicenv.yaml`];
    const { code, text } = await traced('--message', ...flags, ...files, ...TO, ...MINE);
    expect([code, text.split('\n')[0]]).toEqual([
      0,
      expect.stringContaining('with the files applied'),
    ]);
    expect(text).toContain('→ Deployment shop/order-service-mp-101, env mp-101');
  });
});
