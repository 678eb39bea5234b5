import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { BY_HAND, manifestsFrom, TEMPLATE_ARGS } from '../../../scripts/lib/manifests.ts';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { ENVIRONMENT_CONTROLLER } from '../../../src/kinds/environment/controller.ts';
import { meshIndexController } from '../../../src/kinds/mesh-index/controller.ts';
import { VIRTUAL_ENVIRONMENT_CONTROLLER } from '../../../src/kinds/virtual-environment/controller.ts';
import { mergeController } from '../../../src/kinds/virtualservice-merge/controller.ts';
import { controllerObject } from '../../../src/simulator/metacontroller/controller-object.ts';
import { selfSigned } from '../../http/lib/certificate.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { CHART, KUBE_VERSION, names, rendered, set } from '../lib/chart.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const MANIFESTS = new URL('../../../metacontroller/', import.meta.url);

let cluster: Cluster;
let caFile: string;

beforeAll(async () => {
  cluster = await suiteCluster();
  caFile = join(cluster.folder, 'ca.pem');
  await writeFile(caFile, selfSigned('authority').cert);
});

test('the files in metacontroller/ are equal to what the chart renders', async () => {
  const files = manifestsFrom(await cluster.helm([...TEMPLATE_ARGS, CHART]));
  const there = (await readdir(MANIFESTS)).filter((file) => !BY_HAND.includes(file));
  expect(there.sort()).toEqual([...files.keys()].sort());
  for (const [file, text] of files) {
    expect([file, await readFile(new URL(file, MANIFESTS), 'utf8')]).toEqual([file, text]);
  }
});

/** Values that switch on all optional parts of the chart. */
const EVERYTHING = set(
  'serviceMonitor.enabled=true',
  'networkPolicy.metricsNamespace=monitoring',
  'commonLabels.team=platform',
  'commonAnnotations.contact=platform',
  'priorityClassName=system-cluster-critical',
  'imagePullSecrets[0].name=registry',
  'extraEnv[0].name=NODE_OPTIONS',
  'extraEnv[0].value=--max-old-space-size=384',
  'extraVolumes[0].name=scratch',
  'extraVolumes[0].emptyDir.sizeLimit=1Mi',
  'extraVolumeMounts[0].name=scratch',
  'extraVolumeMounts[0].mountPath=/scratch',
  'nodeSelector.disk=ssd',
  'config.indexedNamespaces[0]=shop',
  'kinds[0]=virtual-service-merge',
  'kinds[1]=virtual-environment',
  'kinds[2]=environment',
  `image.digest=sha256:${'a'.repeat(64)}`,
);

interface Webhooks extends KubeObject {
  webhooks: { name: string; failurePolicy: string; rules: object[] }[];
}

interface PodSpec {
  automountServiceAccountToken?: boolean;
  serviceAccountName: string;
  containers: { image: string }[];
}

interface Workload extends KubeObject {
  spec: PodSpec & { template?: { spec: PodSpec } };
}

const podSpecs = (objects: readonly KubeObject[]): PodSpec[] =>
  objects
    .filter(({ kind }) => ['Deployment', 'Pod'].includes(kind))
    .map((object) => (object as Workload).spec)
    .map(({ template, ...spec }) => template?.spec ?? spec);

describe.each(['helm', 'helm3'] as const)('%s', (program) => {
  const render = (...args: string[]) => rendered(cluster[program], ...args);

  test('renders these objects by default', async () => {
    expect(names(await render('--no-hooks'))).toEqual(
      expect.arrayContaining([
        'CompositeController/dynamicenv',
        'CustomResourceDefinition/dynamicenvs.riskified.com',
        'CustomResourceDefinition/routeinjections.riskified.com',
        'CustomResourceDefinition/subscribers.riskified.com',
        'DecoratorController/route-injection',
        'Deployment/dynamicenv',
        'MutatingWebhookConfiguration/dynamicenv',
        'NetworkPolicy/dynamicenv',
        'PodDisruptionBudget/dynamicenv',
        'Secret/dynamicenv-webhook',
        'Service/dynamicenv',
        'ServiceAccount/dynamicenv',
      ]),
    );
  });

  test('indexed namespaces add a CustomResourceDefinition, a controller and a flag; without them none of these is rendered', async () => {
    expect(JSON.stringify(await render('--no-hooks'))).not.toMatch(/mesh-?index|indexed/i);
    const objects = await render(...set('config.indexedNamespaces={shop,bank}'));
    expect(names(objects)).toEqual(
      expect.arrayContaining([
        'CustomResourceDefinition/meshindexes.riskified.com',
        'DecoratorController/mesh-index',
      ]),
    );
    const controller = objects.find(({ metadata }) => metadata.name === 'mesh-index');
    const definition = meshIndexController(['shop', 'bank']);
    const { resources, attachments } = controllerObject(definition, 1, '').spec ?? {};
    expect(controller).toMatchObject({ spec: { resources, attachments } });
    expect(JSON.stringify(objects)).toContain('"--indexed-namespaces=shop,bank"');
  });

  test('values without an optional kind, as with `helm upgrade --reuse-values`, render what the defaults do', async () => {
    const before = set('virtualServiceMerge=null', 'kinds=null');
    expect(names(await render(...before))).toEqual(names(await render()));
    const kind = set('kinds={virtual-service-merge}');
    const objects = await render(...set('virtualServiceMerge=null'), ...kind);
    expect(names(objects)).toEqual(names(await render(...kind)));
    expect(JSON.stringify(objects)).toContain('"--merge-groups=istiomerger.monime.sl"');
  });

  test('the kind virtual-service-merge adds definitions, a controller, a webhook, a policy, a role and flags; without it none of these is rendered', async () => {
    expect(JSON.stringify(await render('--no-hooks'))).not.toMatch(
      /virtual-?service-?merge|monime/i,
    );
    const kind = 'kinds={virtual-service-merge}';
    const objects = await render(...set(kind));
    expect(names(objects)).toEqual(
      expect.arrayContaining([
        'ClusterRole/dynamicenv-merge-author',
        'CustomResourceDefinition/virtualservicemerges.istiomerger.monime.sl',
        'DecoratorController/virtual-service-merge',
        'ValidatingAdmissionPolicy/dynamicenv-merges',
      ]),
    );
    const text = JSON.stringify(objects);
    expect(text).not.toContain('istiomerge.monime.sl');
    expect(text).toContain(
      '"--kinds=virtual-service-merge","--merge-groups=istiomerger.monime.sl"',
    );
    const both = await render(
      ...set(kind, 'virtualServiceMerge.groups={istiomerger.monime.sl,istiomerge.monime.sl}'),
    );
    const controller = both.find(({ metadata }) => metadata.name === 'virtual-service-merge');
    const { resources } = controllerObject(mergeController(MERGE_GROUPS), 1, '').spec ?? {};
    expect(controller).toMatchObject({ spec: { resources } });
    const definitions = both.filter(
      ({ kind: one, metadata }) =>
        one === 'CustomResourceDefinition' && metadata.name.startsWith('virtualservicemerges.'),
    );
    expect(definitions).toHaveLength(2);
    for (const { metadata } of definitions)
      expect(metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
    const webhooks = both.flatMap((object) =>
      object.kind === 'MutatingWebhookConfiguration' ? (object as Webhooks).webhooks : [],
    );
    expect(webhooks.map(({ name, failurePolicy }) => [name, failurePolicy])).toEqual([
      ['virtualservices.dynamicenv.riskified.com', 'Ignore'],
      ['virtualservicemerges.dynamicenv.riskified.com', 'Ignore'],
    ]);
    expect(webhooks[1]?.rules).toEqual([
      {
        apiGroups: [...MERGE_GROUPS],
        apiVersions: ['v1alpha1'],
        resources: ['virtualservicemerges'],
        operations: ['CREATE', 'UPDATE'],
        scope: 'Namespaced',
      },
    ]);
    const own = await render(...set(kind, 'virtualServiceMerge.installCrds=false'));
    expect(names(own).filter((name) => /merges\.istio/.test(name))).toEqual([]);
    const open = await render(...set(kind, 'policies.enabled=false'));
    const role = open.find(({ metadata }) => metadata.name === 'dynamicenv-merge-author');
    expect(JSON.stringify(role)).not.toContain('aggregate-to-edit');
  });

  test('the kind virtual-environment adds a definition, a controller, policies, a role and flags; without it none of these is rendered', async () => {
    expect(JSON.stringify(await render('--no-hooks'))).not.toMatch(/virtual-?environment|alibaba/i);
    const kind = 'kinds={virtual-environment}';
    const objects = await render(...set(kind, 'virtualEnvironment.hosts={*.dev.example.com,a.b}'));
    expect(names(objects)).toEqual(
      expect.arrayContaining([
        'ClusterRole/dynamicenv-virtual-environment-author',
        'CompositeController/virtual-environment',
        'CustomResourceDefinition/virtualenvironments.env.alibaba.com',
        'ValidatingAdmissionPolicy/dynamicenv-foreign-routes',
        'ValidatingAdmissionPolicy/dynamicenv-service-routes',
        'ValidatingAdmissionPolicy/dynamicenv-virtual-environments',
      ]),
    );
    const named = (name: string) => objects.find(({ metadata }) => metadata.name === name);
    expect(named('virtualenvironments.env.alibaba.com')).toMatchObject({
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
    const { parentResource, childResources } = VIRTUAL_ENVIRONMENT_CONTROLLER;
    expect(named('virtual-environment')).toMatchObject({
      spec: { parentResource, childResources },
    });
    expect(JSON.stringify(objects)).toContain(
      '"--kinds=virtual-environment","--virtual-environment-hosts=*.dev.example.com,a.b"',
    );
    const own = await render(...set(kind, 'virtualEnvironment.installCrds=false'));
    expect(names(own).filter((name) => /alibaba/.test(name))).toEqual([]);
    const earlier = await render(...set(kind, 'virtualEnvironment=null'));
    expect(names(earlier)).toEqual(names(objects));
    const open = await render(...set(kind, 'policies.enabled=false'));
    expect(JSON.stringify(open)).not.toContain('aggregate-to-edit');
  });

  test('the kind environment adds a definition, a controller, policies, rights to read, and a flag; without it none of these is rendered', async () => {
    const without = await render('--no-hooks');
    // Of Environments, the policies only know the right to use one.
    expect(names(without).filter((name) => /environment/.test(name))).toEqual([
      'ValidatingAdmissionPolicy/dynamicenv-environments',
      'ValidatingAdmissionPolicyBinding/dynamicenv-environments',
    ]);
    expect(JSON.stringify(without)).not.toMatch(/"environments(\/status)?"|kinds=|max-unique/);
    const kind = 'kinds={environment}';
    const objects = await render(...set(kind));
    expect(names(objects)).toEqual(
      expect.arrayContaining([
        'CustomResourceDefinition/environments.riskified.com',
        'DecoratorController/environment',
        'ValidatingAdmissionPolicy/dynamicenv-environments-in-use',
        'ValidatingAdmissionPolicy/dynamicenv-environments-parent',
      ]),
    );
    const named = (name: string) => objects.find(({ metadata }) => metadata.name === name);
    expect(named('environments.riskified.com')).toMatchObject({
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
    const { resources } = controllerObject(ENVIRONMENT_CONTROLLER, 1, '').spec ?? {};
    expect(named('environment')).toMatchObject({ spec: { resources } });
    const read = { resources: ['environments'], verbs: ['get', 'list', 'watch'] };
    for (const role of ['dynamicenv-author', 'dynamicenv-view'])
      expect(named(role)).toMatchObject({
        rules: expect.arrayContaining([expect.objectContaining(read)]),
      });
    const text = JSON.stringify(objects);
    expect(text).toContain('"--kinds=environment"');
    expect(text).not.toContain('max-unique-workloads');
    const earlier = await render(...set(kind, 'environments=null'));
    expect(names(earlier)).toEqual(names(objects));
    const few = await render(...set('environments.maxUniqueWorkloads=8'));
    expect(JSON.stringify(few)).toContain('"--max-unique-workloads=8"');
    const open = await render(...set(kind, 'policies.enabled=false'));
    expect(JSON.stringify(open)).not.toContain('ValidatingAdmissionPolicy');
  });

  test('allowed Environments are in a policy, and at most ten of them in its message', async () => {
    const of = async (count: number) => {
      const allowed = Array.from({ length: count }, (_, i) => `e${i}`).join();
      return JSON.stringify(await render(...set(`environments.allowed={${allowed}}`)));
    };
    expect(await of(2)).toContain("name one of ' + 'e0, e1'");
    expect(await of(11)).toContain("e8, e9 and 1 more (environments.allowed)'");
    await expect(of(129)).rejects.toThrow(/allowed/);
  });

  test.each([
    ['by default', []],
    ['with all optional parts', EVERYTHING],
  ])('the pods have no access to the API server, %s', async (_name, args) => {
    const objects = await render(...args);
    const specs = podSpecs(objects);
    // The pod template of the Deployment, and the pod of `helm test`.
    expect(specs).toHaveLength(2);
    const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount') as (KubeObject &
      PodSpec)[];
    for (const { automountServiceAccountToken } of [...specs, ...accounts]) {
      expect(automountServiceAccountToken).toBe(false);
    }
    const own = accounts.map(({ metadata }) => metadata.name);
    expect(new Set(specs.map(({ serviceAccountName }) => serviceAccountName))).toEqual(
      new Set(own),
    );
    // The chart's roles are for users. None of them is bound to a service account of the chart.
    expect(names(objects).filter((name) => /^Role(Binding)?\//.test(name))).toEqual([]);
    const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(JSON.stringify(bindings)).not.toContain('"ServiceAccount"');
  });

  test('the job that deletes what expired long ago comes only with expired.deleteAfter, and needs an image', async () => {
    expect(JSON.stringify(await render())).not.toContain('dynamicenv-expired');
    await expect(render(...set('expired.deleteAfter=14d'))).rejects.toThrow(
      /expired\.image: name an image/,
    );
    const objects = await render(...set('expired.deleteAfter=1d08h', 'expired.image=a/kubectl:1'));
    const own = objects.filter(({ metadata }) => metadata.name === 'dynamicenv-expired');
    expect(own.map(({ kind }) => kind).sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'CronJob',
      'NetworkPolicy',
      'ServiceAccount',
    ]);
    const role = own.find(({ kind }) => kind === 'ClusterRole');
    expect(role).toMatchObject({
      rules: [
        { apiGroups: ['riskified.com'], resources: ['dynamicenvs'], verbs: ['list', 'delete'] },
      ],
    });
    const text = JSON.stringify(own);
    expect(text).toContain('{"name":"DELETE_AFTER_SECONDS","value":"115200"}');
    expect(text).toContain('"image":"a/kubectl:1"');
  });

  test('a largest ttl and required owners are flags of the service, too; by default there are none', async () => {
    expect(JSON.stringify(await render())).not.toMatch(/max-ttl|require-owner/);
    const text = JSON.stringify(
      await render(...set('config.maxTtl=7d', 'config.requireOwner=true')),
    );
    expect(text).toContain('"--max-ttl=7d","--require-owner=true"');
  });

  test('a service outside the cluster: no workload is rendered, and controllers and webhook have its URL', async () => {
    const objects = await render(
      ...set('crds.install=false', 'hooks.url=http://192.0.2.1:8080/'),
      ...set('admission.url=https://host.example:8443'),
      ...['--set-file', `admission.caBundle=${caFile}`],
    );
    const kinds = new Set(objects.map(({ kind }) => kind));
    for (const kind of ['Deployment', 'Service', 'ServiceAccount', 'PodDisruptionBudget']) {
      expect([kind, kinds.has(kind)]).toEqual([kind, false]);
    }
    for (const kind of ['NetworkPolicy', 'Secret', 'Pod']) {
      expect([kind, kinds.has(kind)]).toEqual([kind, false]);
    }
    const text = JSON.stringify(objects);
    expect(text).toContain('"http://192.0.2.1:8080/dynamicenv/sync"');
    expect(text).toContain('"https://host.example:8443/admission/virtualservices"');
    const ca = Buffer.from(await readFile(caFile, 'utf8')).toString('base64');
    expect(text).toContain(`"caBundle":"${ca}"`);
  });

  test("the NetworkPolicy allows the API server's addresses to reach the webhook's port only", async () => {
    const cidr = '192.0.2.0/28';
    const objects = await render(...set(`networkPolicy.apiServer[0].ipBlock.cidr=${cidr}`));
    const policy = objects.find(({ kind }) => kind === 'NetworkPolicy') as KubeObject & {
      spec: { ingress: { from?: object[]; ports: { port: string }[] }[] };
    };
    const named = policy.spec.ingress.filter(({ from }) => JSON.stringify(from)?.includes(cidr));
    expect(named.map(({ ports }) => ports.map(({ port }) => port))).toEqual([['https']]);
    const open = policy.spec.ingress.filter(({ from }) => from === undefined);
    expect(open).toEqual([]);
    await expect(
      render(...set('networkPolicy.apiServer[0].ipBlock.cidr=192.0.2.1')),
    ).rejects.toThrow(/cidr/);
  });

  test('a release with another name: the objects are named after it', async () => {
    const release = ['template', 'blue', CHART, '-n', 'mesh'];
    const text = await cluster[program]([...release, ...KUBE_VERSION]);
    expect(text).toContain('url: http://blue-dynamicenv.mesh.svc:8080/dynamicenv/sync');
    expect(text).toMatch(/service:\n +namespace: mesh\n +name: blue-dynamicenv\n/);
    expect(text).toContain('secretName: blue-dynamicenv-webhook');
  });

  test("certificate.source=secret uses the user's Secret, and renders none", async () => {
    const given = set('certificate.source=secret', 'certificate.secretName=mine');
    const objects = await render(...given, '--set-file', `admission.caBundle=${caFile}`);
    expect(names(objects).filter((name) => name.startsWith('Secret/'))).toEqual([]);
    const [spec] = podSpecs(objects);
    expect(spec).toMatchObject({ volumes: [{ name: 'tls', secret: { secretName: 'mine' } }] });
  });

  test.each([
    ['an unknown value', ['replicas=3'], /replicas/],
    ['zero replicas', ['replicaCount=0'], /replicaCount/],
    ['a text instead of a number', ['config.drainSeconds=soon'], /drainSeconds/],
    ['an unknown flag', ['config.drain=1'], /drain/],
    ['a name that no Environment can have', ['environments.allowed={Qa}'], /allowed/],
    ['an unknown log level', ['config.logLevel=loud'], /logLevel/],
    ['an unknown source of the certificate', ['certificate.source=vault'], /source/],
    ['a Secret without a name', ['certificate.source=secret'], /secretName/],
    [
      'a Secret without its CA bundle',
      ['certificate.source=secret', 'certificate.secretName=mine'],
      /admission\.caBundle: .* give the authority of that certificate/,
    ],
    [
      'hooks.url without admission.url',
      ['hooks.url=http://a'],
      /hooks\.url and admission\.url go together/,
    ],
    [
      'admission.url without hooks.url',
      ['admission.url=https://a'],
      /hooks\.url and admission\.url go together/,
    ],
    ['an admission.url without TLS', ['admission.url=http://a'], /admission.?\/?url/],
    ['a CA bundle that is not PEM', ['admission.caBundle=abc'], /caBundle/],
  ])('refuses %s', async (_name, values, words) => {
    await expect(render(...set(...values))).rejects.toThrow(words);
  });
});

test('Helm 4 and Helm 3 render the same objects', async () => {
  // By default each rendering creates a new certificate. With cert-manager the chart creates none.
  const args = [...EVERYTHING, ...set('certificate.source=cert-manager')];
  const byName = async (program: 'helm' | 'helm3') =>
    (await rendered(cluster[program], ...args)).toSorted((a, b) =>
      `${a.kind}/${a.metadata.name}` < `${b.kind}/${b.metadata.name}` ? -1 : 1,
    );
  expect(await byName('helm3')).toEqual(await byName('helm'));
});
