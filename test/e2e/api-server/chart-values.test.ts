import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from '../control-plane/control-plane.ts';
import { CHART, KUBE_VERSION, set } from '../lib/chart.ts';
import { earlierChart } from '../lib/earlier-chart.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const FEED = fileURLToPath(new URL('../../../charts/feed', import.meta.url));
const LONGEST_NAME = 'a'.repeat(53);

interface Labelled {
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    commonName?: string;
    egress?: object[];
    selector?: { matchLabels: Record<string, string> };
    securityContext?: object;
    nodeSelector?: object;
    template?: { metadata: Labelled['metadata']; spec: { securityContext: object } };
    jobTemplate?: { spec: { template: { metadata: Labelled['metadata'] } } };
  };
}

let cluster: Cluster;

beforeAll(async () => {
  cluster = await suiteCluster();
});

describe.each([
  ['helm', 'dynamicenv', CHART],
  ['helm3', 'dynamicenv', CHART],
  ['helm', 'feed', FEED],
  ['helm3', 'feed', FEED],
] as const)('%s, %s', (program, name, folder) => {
  /** Fails if a key is written twice in one map: Flux and kustomize refuse to read that. */
  async function rendered(chart: string, ...args: string[]): Promise<Labelled[]> {
    const release = ['template', 'dynamicenv', chart, '-n', 'dynamicenv', ...KUBE_VERSION];
    const documents = parseAllDocuments(await cluster[program]([...release, ...args]));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    return documents.map((one) => one.toJS());
  }
  const render = (...args: string[]) => rendered(folder, ...args);
  const find = (objects: readonly Labelled[], kind: string) =>
    objects.find((one) => one.kind === kind);
  const isService = name === 'dynamicenv';

  test('a label with one key in several values is written once: the more special one counts, and never replaces one of a selector', async () => {
    const component = 'commonLabels.app\\.kubernetes\\.io/component=all';
    const objects = await render(
      ...set('serviceMonitor.enabled=true', 'commonLabels.team=all', 'podLabels.team=pods'),
      ...set('serviceMonitor.labels.team=monitors', component),
      ...(isService ? set('expired.deleteAfter=14d', 'expired.image=tools') : []),
      ...['--set-string', 'commonLabels.sidecar\\.istio\\.io/inject=true'],
    );
    expect(find(objects, 'Service')?.metadata.labels).toMatchObject({ team: 'all' });
    expect(find(objects, 'ServiceMonitor')?.metadata.labels).toMatchObject({ team: 'monitors' });
    const { spec } = find(objects, 'Deployment') ?? {};
    const { labels } = spec?.template?.metadata ?? {};
    expect(labels).toMatchObject({ ...spec?.selector?.matchLabels, team: 'pods' });
    const pods = [
      find(objects, 'Pod')?.metadata,
      ...(isService ? [find(objects, 'CronJob')?.spec.jobTemplate?.spec.template.metadata] : []),
    ];
    for (const pod of pods) {
      expect(pod?.labels).toMatchObject({ team: 'all', 'sidecar.istio.io/inject': 'false' });
      expect(pod?.labels['app.kubernetes.io/component']).toMatch(/^(expired|test)$/);
    }
  });

  test('no pod is in the mesh, neither by a sidecar nor in ambient mode', async () => {
    const outside = { 'sidecar.istio.io/inject': 'false', 'istio.io/dataplane-mode': 'none' };
    const objects = await render();
    expect(find(objects, 'Deployment')?.spec.template?.metadata.labels).toMatchObject(outside);
    expect(find(objects, 'Pod')?.metadata.labels).toMatchObject(outside);
  });

  test('the pods listen where `host` says, and choose no user where the cluster does', async () => {
    const free = ['runAsUser', 'runAsGroup', 'fsGroup'].map(
      (field) => `podSecurityContext.${field}=null`,
    );
    const objects = await render(...set('host=::', ...free));
    const left = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
    expect(find(objects, 'Deployment')?.spec.template?.spec.securityContext).toEqual(left);
    expect(find(objects, 'Pod')?.spec.securityContext).toEqual(left);
    expect(JSON.stringify(find(objects, 'Deployment'))).toContain('"--host=::"');
  });

  test('the pod of `helm test` runs where the others do, and may call the service', async () => {
    const objects = await render(...set('nodeSelector.disk=ssd'));
    const pod = find(objects, 'Pod');
    expect(pod?.spec.nodeSelector).toEqual({ disk: 'ssd' });
    const policy = objects.find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === pod?.metadata.name,
    );
    expect(policy?.spec).toMatchObject({
      podSelector: { matchLabels: { 'app.kubernetes.io/component': 'test' } },
      egress: [{}],
    });
  });

  test.each([
    'networkPolicy.enabled',
    'networkPolicy',
    'image.repository',
    ...(isService ? ['policies.enabled', 'policies', 'metacontroller.namespace'] : []),
    isService ? 'config.drainSeconds' : 'config.maxPolls',
  ])('%s must not be null', async (value) => {
    await expect(render(...set(`${value}=null`))).rejects.toThrow(
      new RegExp(
        `${value.split('.').at(-1)}.*(required|missing)|missing.*${value.split('.').at(-1)}`,
      ),
    );
  });

  test.each(['commonLabels', 'commonAnnotations', 'podAnnotations', 'podLabels', 'tolerations'])(
    '%s may be null',
    async (value) => {
      expect(find(await render(...set(`${value}=null`)), 'Deployment')).toBeDefined();
    },
  );

  test('another chart may depend on it, with the condition NAME.enabled', async () => {
    const parent = await mkdtemp(join(cluster.folder, 'parent-'));
    const dependency = isService ? 'dynamicenv' : 'dynamicenv-feed';
    const [condition, repository] = [`${dependency}.enabled`, `file://${folder}`];
    const dependencies = [{ name: dependency, version: '*', repository, condition }];
    const chart = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies };
    await writeFile(join(parent, 'Chart.yaml'), JSON.stringify(chart));
    await cluster[program](['dependency', 'update', parent, '--skip-refresh']);
    const given = set(`${dependency}.enabled=true`);
    expect(find(await rendered(parent, ...given), 'Deployment')).toBeDefined();
    expect(await rendered(parent, ...set(`${dependency}.enabled=false`))).toEqual([]);
  });
});

describe.each(['helm', 'helm3'] as const)('%s, values of the service', (program) => {
  const render = async (chart: string, ...args: string[]) => {
    const release = ['template', 'dynamicenv', chart, '-n', 'dynamicenv', ...KUBE_VERSION];
    return parseAllDocuments(await cluster[program]([...release, ...args])).map(
      (one): Labelled => one.toJS(),
    );
  };

  test('values of the first charts, as with `helm upgrade --reuse-values`, render what the defaults do', async () => {
    const earlier = await earlierChart(await mkdtemp(join(cluster.folder, 'earlier-')));
    // A certificate would be another one each time. The address is the default of the service, too.
    const fixed = set('certificate.source=cert-manager', 'host=');
    expect(await render(earlier, ...fixed)).toEqual(await render(CHART, ...fixed));
  });

  test('the authority of the longest name has a common name of at most 64 characters', async () => {
    const objects = await render(
      CHART,
      ...set(
        'certificate.source=cert-manager',
        `fullnameOverride=${LONGEST_NAME}${'b'.repeat(10)}`,
      ),
    );
    const names = objects.flatMap(({ spec }) => spec?.commonName ?? []);
    expect(names).toHaveLength(1);
    expect(names[0]?.length).toBeLessThanOrEqual(64);
  });

  test('the job calls the API server where `expired.apiServer` says; who calls the webhook is another question', async () => {
    const agent = 'networkPolicy.apiServer[0].podSelector.matchLabels.app=konnectivity-agent';
    const job = set('expired.deleteAfter=14d', 'expired.image=tools', agent);
    const egress = async (...args: string[]) =>
      (await render(CHART, ...job, ...args)).find(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'dynamicenv-expired',
      )?.spec.egress;
    expect(await egress()).toEqual([{}]);
    expect(await egress(...set('expired.apiServer[0].ipBlock.cidr=10.0.0.1/32'))).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] },
    ]);
  });

  test('authors without the role are refused', async () => {
    const given = set('rbac.create=false', 'rbac.authors[0].kind=Group', 'rbac.authors[0].name=a');
    await expect(render(CHART, ...given)).rejects.toThrow(/rbac\.authors needs rbac\.create/);
  });
});
