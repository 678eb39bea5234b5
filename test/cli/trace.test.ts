import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { parseYaml } from '../../src/k8s/yaml.ts';
import { refusalOf } from './lib/in-process.ts';
import { temporaryFolder } from './lib/kubeconfig.ts';
import { runProgram } from './lib/program.ts';
import { traced, tracedData } from './lib/traced.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SHOP = ['-f', path('../../examples/shop')];
const EDGE = ['-f', path('./fixtures/traced/edge.yaml')];
const WIDE = ['-f', path('./fixtures/traced/wide.yaml')];
const CROWDED = ['-f', path('./fixtures/crowded')];
const USER = ['-H', 'user: test-user'];
const API = 'http://backend.shop/api/x';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

function changed(name: string, change: (text: string) => string): string[] {
  const file = join(folder, name);
  writeFileSync(file, change(readFileSync(path(`../../examples/shop/${name}`), 'utf8')));
  return ['-f', file];
}

describe('on the example, through the program', () => {
  test("the env's request, as text", async () => {
    const args = ['trace', ...SHOP, 'GET', API, ...USER, '--from', 'shop/web'];
    const { code, stdout, stderr } = await runProgram(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.replaceAll(/-[0-9a-f]{10}\b/g, '-#')).toBe(
      `GET http://backend.shop/api/x  user: test-user
→ Deployment shop/backend-test-user, env test-user
  from           pods of Deployment shop/web
  host           backend.shop.svc.cluster.local, port 80
  decides        VirtualService shop/backend: the only one that counts for this host
  taken by       route 3 of shop/backend (env test-user), match 1
  tried before   route 1 of shop/backend (env test-user), match 1: path: wanted prefix "/reports", got "/api/x"
                 route 2 of shop/backend "reports", match 1: path: wanted prefix "/reports", got "/api/x"
  env            test-user, by its match 1, instead of Deployment shop/backend
  to             backend.shop.svc.cluster.local, subset backend-test-user of DestinationRule shop/backend-test-user-backend-#
                 pods with app=backend,version=test-user,riskified.com/clone=backend-test-user
                 Deployment shop/backend-test-user, 1 of 1 ready, clone of env test-user
  without envs   Deployment shop/backend, by route 4 of shop/backend "everything-else"
`,
    );
  });

  test('exit code 1 if the request ends in 404, 2 for bad input', async () => {
    expect(await runProgram(['trace', ...SHOP, 'http://nowhere.shop/'])).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringContaining(
        '→ no Service or VirtualService here has the host nowhere.shop for this caller',
      ),
    });
    expect(await runProgram(['trace', ...SHOP])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'dynamicenv: a URL is missing, such as http://backend.shop/path; see --help\n',
    });
  });
});

describe('other requests', () => {
  test('go to the base, and the answer says why not to the env', async () => {
    const { code, hop } = await tracedData(...SHOP, API);
    expect([code, hop.summary, hop.env]).toEqual([0, 'to Deployment shop/backend', undefined]);
    expect(hop.otherEnvs).toEqual([
      {
        env: 'test-user',
        deployment: 'shop/backend',
        host: 'backend.shop.svc.cluster.local',
        reason: 'no-match',
        why: 'header user: wanted exact "test-user", got none',
        failed: [{ matchIndex: 0, field: 'headers.user', wanted: 'exact "test-user"' }],
      },
    ]);
    expect(hop.withoutEnvs?.same).toBe(true);
  });

  test('of two envs, the one with the narrower match comes first', async () => {
    const { hop } = await tracedData(...SHOP, ...WIDE, API, ...USER);
    const why =
      'env test-user comes first: its match has more exact conditions (1, that of testers 0)';
    expect(hop.env).toMatchObject({ name: 'test-user', before: [{ env: 'testers', why }] });
    expect(hop.otherEnvs).toMatchObject([{ env: 'testers', reason: 'later', by: 'test-user' }]);
    const other = await tracedData(...SHOP, ...WIDE, API, '-H', 'user: tester');
    expect(other.hop.env?.name).toBe('testers');
  });

  test('routes that an env cannot copy, an unguarded route, and a redirect', async () => {
    const alice = ['-H', 'user: alice'];
    const { hop } = await tracedData(...CROWDED, 'http://backend.shop/', ...alice);
    expect(hop.otherEnvs.map(({ env, reason, why }) => [env, reason, why])).toEqual([
      ['alice', 'no-copy', 'route "testers" already has another condition on header user'],
      ['bob', 'no-copy', 'route "testers" already has another condition on header user'],
    ]);
    const open = await tracedData(...CROWDED, 'http://backend.shop/open');
    expect(open.hop.destinations[0]?.unguarded).toEqual(['alice', 'bob']);
    const moved = await tracedData(...CROWDED, 'http://backend.shop/old', ...alice);
    expect([moved.code, moved.hop.outcome, moved.hop.status]).toEqual([0, 'redirect', 301]);
  });
});

describe('several hops', () => {
  test('the pods that answered are the callers of the next hop', async () => {
    const { code, hops } = await tracedData(
      ...SHOP,
      'http://web.shop/',
      'PUT',
      'http://backend/reports/1',
      ...USER,
    );
    expect(code).toBe(0);
    expect(
      hops.map(({ request, caller, env }) => [request.method, caller.workload, env?.name]),
    ).toEqual([
      ['GET', undefined, undefined],
      ['PUT', 'Deployment shop/web', 'test-user'],
    ]);
  });

  test('through a gateway, with a list of what is not considered', async () => {
    const urls = ['https://www.shop.example.com/', 'http://backend/'];
    const gateway = ['--gateway', 'istio-system/public'];
    const answer = await tracedData(...SHOP, ...EDGE, ...gateway, ...USER, ...urls);
    expect(answer.hops.map(({ outcome, virtualService }) => [outcome, virtualService])).toEqual([
      ['pods', 'shop/edge'],
      ['pods', 'shop/backend'],
    ]);
    expect(answer.notConsidered).toEqual([
      'Gateway istio-system/public (its servers: hosts, ports, TLS)',
    ]);
    const api = await tracedData(...SHOP, ...EDGE, ...gateway, ...USER, `${urls[0]}api/1`);
    expect(api.hop.env?.name).toBe('test-user');
    const text = await traced(...SHOP, ...EDGE, ...gateway, ...USER, ...urls);
    expect(text.text).toContain('  from           outside, through Gateway istio-system/public\n');
    expect(text.text).toMatch(/\nNot considered: Gateway istio-system\/public \(/);
  });

  test('a gateway that no VirtualService is bound to: a note names those that there are', async () => {
    const to = ['--gateway', 'istio-system/pubilc', 'https://www.shop.example.com/'];
    expect((await tracedData(...SHOP, ...EDGE, ...to)).notes).toEqual([
      '--gateway: no VirtualService among the objects is bound to istio-system/pubilc; there are istio-system/public',
    ]);
    expect((await tracedData(...SHOP, ...to)).notes).toEqual([
      '--gateway: no VirtualService among the objects is bound to istio-system/pubilc; there is none at all',
    ]);
  });

  test('no hop is called after a hop that reaches no pods', async () => {
    const { code, text } = await traced(...SHOP, 'http://backend.shop:81/', 'http://web.shop/');
    expect(code).toBe(1);
    expect(text).toMatch(/^→ Service backend.shop.svc.cluster.local has no port 81, but 80$/m);
    expect(text).toMatch(/^→ not called: the hop before does not reach pods$/m);
  });
});

describe('several VirtualServices', () => {
  test('an exact host comes before a wildcard, a private VirtualService before a public one', async () => {
    const { hop } = await tracedData(...SHOP, ...EDGE, API);
    expect(hop.candidates.map(({ virtualService, reason }) => [virtualService, reason])).toEqual([
      ['shop/backend', 'first'],
      ['far/backend-private', 'not-exported'],
      ['shop/everything', 'less-specific-host'],
    ]);
    const far = await tracedData(...SHOP, ...EDGE, API, ...USER, '--from-namespace', 'far');
    expect([far.hop.outcome, far.hop.status, far.hop.virtualService]).toEqual([
      'direct-response',
      403,
      'far/backend-private',
    ]);
    expect(far.hop.otherEnvs.map(({ reason, why }) => [reason, why])).toEqual([
      [
        'no-virtual-service',
        'its routes are in VirtualService shop/backend, but far/backend-private decides for this caller',
      ],
    ]);
    expect(far.notConsidered).toEqual(['Sidecar far/far (what the caller can see)']);
  });
});

describe('problems', () => {
  test('a subset that no DestinationRule has: 503', async () => {
    const backend = changed('backend.yaml', (text) =>
      text.replace(
        '            host: backend\n            subset: shared',
        '            host: backend\n            subset: old',
      ),
    );
    const { code, text } = await traced(...backend, 'http://backend.shop/reports');
    expect(code).toBe(1);
    expect(text).toContain('→ 503: no DestinationRule that the caller uses has subset old');
  });

  test('a base without pods: exit code 1', async () => {
    const backend = changed('backend.yaml', (text) => text.replace('replicas: 2', 'replicas: 0'));
    const { code, hop } = await tracedData(...backend, API);
    expect([code, hop.outcome]).toEqual([1, 'no-ready-pods']);
  });

  test('an env whose Deployment has no rule with its version', async () => {
    const { hop } = await tracedData(...SHOP, API, ...USER, '--default-version', 'stable');
    expect(hop.otherEnvs).toMatchObject([
      {
        env: 'test-user',
        reason: 'not-active',
        why: expect.stringMatching(
          /^its routes are not requested yet: DynamicEnv test-user is degraded, /,
        ),
      },
    ]);
  });
});

test('-o yaml has the same content', async () => {
  const args = [...SHOP, API, ...USER];
  const [yaml, json] = [await traced(...args, '-o', 'yaml'), await traced(...args, '-o', 'json')];
  expect(parseYaml(yaml.text)[0]?.value).toEqual(JSON.parse(json.text));
});

describe('the error names the wrong argument', () => {
  const URL = 'http://backend.shop/';
  test.each<[string[], string]>([
    [[URL], 'give -f FILE or --from-cluster; see --help'],
    [[...SHOP, '--context', 'x', URL], '--context needs --from-cluster; see --help'],
    [[...SHOP], 'a URL is missing, such as http://backend.shop/path; see --help'],
    [[...SHOP, 'GET'], 'a URL is missing, such as http://backend.shop/path; see --help'],
    [
      [...SHOP, 'GET', URL, 'POST'],
      'POST: a URL must follow the method, such as http://backend.shop/path',
    ],
    [
      [...SHOP, 'backend.shop/x'],
      '"backend.shop/x": expected a URL such as http://backend.shop/path, or a method in capitals before one',
    ],
    [
      [...SHOP, 'get', URL],
      '"get": expected a URL such as http://backend.shop/path, or a method in capitals before one',
    ],
    [
      [...SHOP, 'ftp://x/'],
      '"ftp://x/": expected a URL such as http://backend.shop/path, or a method in capitals before one',
    ],
    [
      [...SHOP, 'http://me:pw@x/'],
      `"http://me:pw@x/": a URL with a user cannot be traced; use -H 'authorization: …'`,
    ],
    [
      [...SHOP, 'https://backend.shop/'],
      `"https://backend.shop/": when a pod itself uses https, its proxy sees neither path nor headers; use http:// (the mesh encrypts it), or --gateway for a request from outside`,
    ],
    [[...SHOP, URL, '-H', 'user'], `-H: expected 'name: value', got "user"`],
    [[...SHOP, URL, '-H', ': x'], `-H: expected 'name: value', got ": x"`],
    [[...SHOP, URL, '-H', 'Host:'], '-H: expected a host name after "host:", got "Host:"'],
    [[...SHOP, URL, '-H', 'a b: x'], `-H: expected 'name: value', got "a b: x"`],
    [[...SHOP, URL, '--from', 'web'], '--from: expected NAMESPACE/NAME of a Deployment, got "web"'],
    [
      [...SHOP, URL, '--from', 'shop/nobody'],
      '--from: no Deployment shop/nobody among the objects; there are shop/backend, shop/backend-test-user, shop/web',
    ],
    [[...SHOP, URL, '--gateway', 'x'], '--gateway: expected NAMESPACE/NAME of a Gateway, got "x"'],
    [
      [...SHOP, URL, '--gateway', 'a/b', '--from', 'shop/web'],
      '--from and --gateway exclude each other; see --help',
    ],
    [
      [...SHOP, URL, '--gateway', 'a/b', '--from-labels', 'a=b'],
      '--gateway and --from-labels exclude each other; see --help',
    ],
    [[...SHOP, URL, '--from-labels', 'app'], '--from-labels: expected KEY=VALUE,…, got "app"'],
    [
      [...SHOP, URL, '--from-namespace', 'A'],
      '--from-namespace: expected the name of a namespace, got "A"',
    ],
    [[...SHOP, URL, '-o', 'xml'], '-o: expected one of text, yaml, json, got "xml"'],
    [[...SHOP, URL, '--nope'], "Unknown option '--nope'; see --help"],
  ])('%j', async (args, message) => {
    expect(await refusalOf(traced(...args))).toBe(message);
  });
});

describe('requests', () => {
  test('repeated headers are joined; Host replaces the host; header names become lower case', async () => {
    const headers = ['-H', 'X-A: 1', '-H', 'x-a:2', '-H', 'Host: backend.shop', '-H', 'empty:'];
    const { hop } = await tracedData(...SHOP, 'http://127.0.0.1/a?b=c#d', ...headers);
    expect(hop.request).toEqual({
      method: 'GET',
      url: 'http://127.0.0.1/a?b=c#d',
      host: 'backend.shop.svc.cluster.local',
      port: 80,
      authority: 'backend.shop',
      path: '/a?b=c',
      headers: { 'x-a': '1,2', empty: '' },
    });
  });

  test('the caller by labels and namespace; -n is the default namespace; the answer has a note', async () => {
    const parts = ['--from-labels', 'app=web, version=1', '--from-namespace', 'shop'];
    const { hop, notes } = await tracedData(...SHOP, 'http://backend', ...parts);
    expect(hop.caller).toMatchObject({ namespace: 'shop', labels: { app: 'web', version: '1' } });
    expect(notes).toEqual([]);
    const short = await tracedData(...SHOP, 'http://backend', '-n', 'shop');
    expect([short.code, short.notes]).toEqual([
      0,
      [
        'the caller is assumed to be a pod without labels in namespace shop; name another one with --from',
      ],
    ]);
  });
});

test("a Service that selects the base's version is the reason why the clone is not reached", async () => {
  const file = join(folder, 'old.yaml');
  const spec = '{selector: {app: backend, version: shared}, ports: [{port: 80}]}';
  writeFileSync(
    file,
    `{apiVersion: v1, kind: Service, metadata: {name: old, namespace: shop}, spec: ${spec}}`,
  );
  const { text } = await traced(...SHOP, '-f', file, 'http://old.shop/', ...USER);
  expect(text).toContain(
    'test-user: it has no routes for this host: its Service selects pods with version=shared, which the pods of its clone do not have',
  );
});
