import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { evaluate } from '../../../src/istio/evaluate.ts';
import { requestHost } from '../../../src/istio/request-host.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import type { Envoy } from '../lib/envoy.ts';
import { istiodProgram } from '../lib/istiod.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { meshTest } from '../lib/mesh-test.ts';
import { send } from '../lib/request.ts';

const NAMESPACE = 'shop';
const BACKEND = `backend.${NAMESPACE}.svc.cluster.local`;
const DOMAIN = `${NAMESPACE}.svc.cluster.local`;
const labels = (version: string) => ({ app: 'backend', version });
const deployment = (version: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `backend-${version}`, namespace: NAMESPACE },
  spec: {
    selector: { matchLabels: labels(version) },
    template: {
      metadata: { labels: labels(version) },
      spec: { containers: [{ name: 'backend', image: `backend:${version}` }] },
    },
  },
});
const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: NAMESPACE },
  spec,
});
const HTTP = [{ name: 'http', port: 80, targetPort: 8080 }];
const alias = (name: string, externalName: string, ports?: object[]) =>
  service(name, { type: 'ExternalName', externalName, ...(ports ? { ports } : {}) });
const virtualService = (name: string, host: string, http: object[]) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name, namespace: NAMESPACE },
  spec: { hosts: [host], http },
});
const to = (host: string, subset: string) => ({ route: [{ destination: { host, subset } }] });

/**
 * All objects are created in the same second, so Istio orders the VirtualServices by name. `aa-…` comes before the
 * VirtualService of the Service, `zz-…` after it.
 */
const OBJECTS: object[] = [
  deployment('shared'),
  deployment('v2'),
  service('backend', { selector: { app: 'backend' }, ports: HTTP }),
  service('front', { selector: { app: 'front' }, ports: HTTP }),
  alias('bare', BACKEND),
  alias('ported', BACKEND, HTTP),
  alias('twice', `ported.${DOMAIN}`, HTTP),
  alias('early', BACKEND, HTTP),
  alias('late', BACKEND, HTTP),
  alias('early-bare', BACKEND),
  alias('nowhere', 'www.example.com', HTTP),
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'backend', namespace: NAMESPACE },
    spec: {
      host: 'backend',
      subsets: ['shared', 'v2'].map((version) => ({ name: version, labels: { version } })),
    },
  },
  virtualService('aa-early', 'early', [to('backend', 'v2')]),
  virtualService('aa-early-bare', 'early-bare', [to('backend', 'v2')]),
  virtualService('backend', 'backend', [
    { match: [{ headers: { user: { exact: 'test-user' } } }], ...to('backend', 'v2') },
    to('backend', 'shared'),
  ]),
  virtualService('front', 'front', [
    { match: [{ uri: { prefix: '/ported' } }], ...to('ported', 'v2') },
    { match: [{ uri: { prefix: '/bare' } }], ...to('bare', 'v2') },
    { match: [{ uri: { prefix: '/twice' } }], ...to('twice', 'v2') },
    { match: [{ uri: { prefix: '/missing' } }], ...to('ported', 'v9') },
    to('backend', 'shared'),
  ]),
  virtualService('zz-late', 'late', [to('backend', 'v2')]),
];

const NAMES = ['bare', 'ported', 'twice', 'early', 'late', 'early-bare'];
const REQUESTS: { authority: string; path: string; user?: string }[] = [
  ...NAMES.flatMap((name) =>
    [name, `${name}.${NAMESPACE}`, `${name}.${DOMAIN}`].flatMap((authority) => [
      { authority, path: '/' },
      { authority, path: '/', user: 'test-user' },
    ]),
  ),
  ...['/ported', '/bare', '/twice', '/missing', '/'].map((path) => ({ authority: 'front', path })),
];

describe('an alias of a Service (ExternalName)', () => {
  let mesh: Mesh;
  let envoy: Envoy;
  let objects: KubeObject[];

  beforeAll(async () => {
    if (istiodProgram() === undefined) return;
    mesh = await startMesh();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    const input = { apiVersion: 'v1', kind: 'List', items: [namespace, ...OBJECTS] };
    await mesh.cluster.kubectl(['apply', '-f', '-'], { input });
    const available = ['wait', '--for=condition=Available', 'deployment', '--all', '-n', NAMESPACE];
    await mesh.cluster.kubectl([...available, '--timeout=60s']);
    envoy = await mesh.startEnvoy({
      name: 'client',
      namespace: NAMESPACE,
      labels: { app: 'client' },
    });
    await envoy.untilReady();
    const kinds =
      'deployments,services,destinationrules.networking.istio.io,virtualservices.networking.istio.io';
    const list = await mesh.cluster.kubectl(['get', kinds, '-n', NAMESPACE, '-o', 'json']);
    objects = JSON.parse(list).items as KubeObject[];
  }, 240_000);

  afterAll(() => mesh?.stop());

  const ask = async ({ authority, path, user }: (typeof REQUESTS)[number]) => {
    const headers = user === undefined ? {} : { user };
    const answer = await send(envoy.portFor(80), { method: 'GET', authority, path, headers });
    return { status: answer.status, version: answer.echo?.labels['version'] };
  };

  const foretold = ({ authority, path, user }: (typeof REQUESTS)[number]) => {
    const world = meshSnapshot(objects, 'cluster.local').mesh;
    const request = {
      method: 'GET',
      scheme: 'http' as const,
      authority,
      path,
      port: 80,
      headers: user === undefined ? {} : { user },
      sourceNamespace: NAMESPACE,
      sourceLabels: { app: 'client' },
      gateway: 'mesh',
    };
    const outcome = evaluate({ ...request, host: requestHost(request, world) }, world);
    if (outcome.kind !== 'destinations') return { status: outcome.kind, version: undefined };
    const [target] = outcome.destinations;
    return target?.unavailable === undefined
      ? { status: 200, version: target?.labels?.['version'] }
      : { status: 503, version: undefined };
  };

  meshTest('each request reaches the version that trace names', async () => {
    await until(30, async () => {
      const { status } = await ask({ authority: 'backend', path: '/' });
      return status === 200 ? undefined : `status ${status}`;
    });
    const said = REQUESTS.map((request) => ({ ...request, ...foretold(request) }));
    const done: ((typeof REQUESTS)[number] & Awaited<ReturnType<typeof ask>>)[] = [];
    for (const request of REQUESTS) done.push({ ...request, ...(await ask(request)) });
    expect(done).toEqual(said);
    // These versions are written by hand, so they do not depend on the evaluator.
    const versions = (user?: string) =>
      NAMES.map((authority) =>
        done.find((one) => one.authority === authority && one.user === user),
      ).map((one) => one?.version);
    expect(versions()).toEqual(['shared', 'shared', 'shared', 'v2', 'shared', 'shared']);
  });
});
