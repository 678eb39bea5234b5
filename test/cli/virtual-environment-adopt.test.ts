import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { virtualEnvironmentAdopt } from '../../src/cli/virtual-environment-adopt/virtual-environment-adopt.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { toYaml } from '../../src/k8s/yaml.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(60_000);

const folder = temporaryFolder();
let server: FakeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const FINALIZER = 'metacontroller.io/compositecontroller-virtual-environment';
const UID = 'u-1';

function environment(metadata: object = {}, status?: object): KubeObject {
  return {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'demo', namespace: 'shop', uid: UID, generation: 1, ...metadata },
    spec: {},
    ...(status === undefined ? {} : { status }),
  } as KubeObject;
}

const ready = (generation = 1) => ({
  observedGeneration: generation,
  conditions: [{ type: 'Ready', status: 'True' }],
});
const taken = (status: object = ready()) => environment({ finalizers: ['x/y', FINALIZER] }, status);

const ownedBy = (uid: string, name = 'demo') => ({
  ownerReferences: [
    {
      apiVersion: 'env.alibaba.com/v1alpha2',
      kind: 'VirtualEnvironment',
      name,
      uid,
      controller: true,
    },
  ],
});
const labelled = (uid: string) => ({ labels: { 'controller-uid': uid } });

function routing(kind: string, name: string, metadata: object = ownedBy(UID)): KubeObject {
  const route = [{ destination: { host: name } }];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace: 'shop', ...metadata },
    spec: kind === 'VirtualService' ? { hosts: [name], http: [{ route }] } : { host: name },
  } as KubeObject;
}

function operator(replicas: number | undefined, more: object = {}): KubeObject {
  const labels = { name: 'virtual-env-operator' };
  const image = 'virtualenvironment/virtual-env-operator:v0.6.0';
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'virtual-env-operator', namespace: 'shop', ...more },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'operator', image }] } },
    },
  } as KubeObject;
}

const SHOP = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'environment-tag-injection': 'enabled' } },
} as KubeObject;

const BEFORE = [
  environment(),
  operator(1),
  routing('VirtualService', 'app-js'),
  routing('VirtualService', 'app-go', { ...ownedBy(UID), ...labelled(UID) }),
  routing('VirtualService', 'app-java'),
  routing('DestinationRule', 'app-js'),
  SHOP,
];

async function adopted(objects: readonly KubeObject[], ...args: string[]) {
  const file = join(folder, 'objects.yaml');
  writeFileSync(file, objects.map(toYaml).join('---\n'));
  const output = recorder();
  const code = await virtualEnvironmentAdopt(['-f', file, ...args], output);
  const text = output.text();
  const commands = text.split('\n').filter((line) => line.startsWith('kubectl '));
  return { code, text, commands };
}

const DEFINITION =
  'customresourcedefinitions.apiextensions.k8s.io/virtualenvironments.env.alibaba.com';

describe('before the kind is on', () => {
  test('the script stops the operator, hands its objects over, and marks the definition', async () => {
    const { code, text, commands } = await adopted(BEFORE);
    expect(code).toBe(0);
    expect(commands).toEqual([
      'kubectl scale deployments.apps/virtual-env-operator --namespace=shop --replicas=0',
      'kubectl wait pods --for=delete --selector=name=virtual-env-operator --namespace=shop --timeout=120s',
      'kubectl label virtualservices.networking.istio.io app-java app-js --namespace=shop controller-uid=u-1',
      'kubectl label destinationrules.networking.istio.io app-js --namespace=shop controller-uid=u-1',
      `kubectl label ${DEFINITION} app.kubernetes.io/managed-by=Helm --overwrite`,
      `kubectl annotate ${DEFINITION} meta.helm.sh/release-name=dynamicenv meta.helm.sh/release-namespace=dynamicenv --overwrite`,
    ]);
    expect(text.split('\n').slice(0, 2)).toEqual([
      '# VirtualEnvironments: 1 in namespaces: 1; taken over: 0; to look at: 0',
      'set -e',
    ]);
    expect(text).toContain("# The operator's webhook stays until");
  });

  test('every command has a comment before it, or belongs to the one before', async () => {
    for (const args of [[], ['--back']]) {
      const { text } = await adopted([...BEFORE, routing('DestinationRule', 'x', {})], ...args);
      for (const section of text.trimEnd().split('\n\n')) expect(section).toMatch(/^# /);
      expect(text).not.toMatch(/ $/m);
    }
  });

  test('the release may have other names; an operator of another name is known by its image', async () => {
    const objects = [environment(), operator(undefined, { name: 'kt' })];
    const { commands } = await adopted(
      objects,
      ...['--release', 'envs', '--release-namespace', 'system'],
    );
    expect(commands[0]).toBe('kubectl scale deployments.apps/kt --namespace=shop --replicas=0');
    expect(commands.at(-1)).toContain(
      'meta.helm.sh/release-name=envs meta.helm.sh/release-namespace=system',
    );
  });

  test('what is done already is not done again', async () => {
    const objects = [
      environment(),
      operator(0),
      routing('DestinationRule', 'app-js', { ...ownedBy(UID), ...labelled(UID) }),
    ];
    const { text, commands } = await adopted(objects);
    expect(text).toContain('# Namespace shop: the operator is stopped already.\n');
    expect(text).toContain('# VirtualEnvironment shop/demo: no objects to hand over.\n');
    expect(commands.every((line) => line.includes(DEFINITION))).toBe(true);
    const { text: without } = await adopted([environment()]);
    expect(without).toContain(
      '# Namespace shop: no Deployment of the operator was found. Stop the operator, wherever it runs, before you go on.\n',
    );
  });

  test('two hundred Services are few commands', async () => {
    const many = Array.from({ length: 120 }, (_, i) => routing('VirtualService', `s${i}`));
    const { commands } = await adopted([environment(), ...many]);
    expect(
      commands.filter((line) => line.startsWith('kubectl label virtualservices')),
    ).toHaveLength(3);
  });
});

describe('what a person must look at stays, with exit code 1', () => {
  test.each<[string, KubeObject, string, string?]>([
    [
      'an object of nobody with a Service as its name',
      routing('VirtualService', 'app', {}),
      '# ! VirtualService shop/app belongs to nobody, and is in the way of the one of this name: the operator may have written it.\n',
      '# ! kubectl label virtualservices.networking.istio.io app --namespace=shop controller-uid=u-1\n',
    ],
    [
      'a child of another VirtualEnvironment',
      routing('DestinationRule', 'app', ownedBy('gone', 'before')),
      '# ! DestinationRule shop/app is a child of a VirtualEnvironment that is gone.\n',
    ],
    [
      'a child with another label',
      routing('DestinationRule', 'app', { ...ownedBy(UID), ...labelled('u-2') }),
      '# ! DestinationRule shop/app has the label controller-uid of something else.\n',
    ],
  ])('%s', async (_what, object, words, command = '') => {
    const { code, text, commands } = await adopted([environment(), object]);
    expect(code).toBe(1);
    expect(text).toContain(words);
    expect(text).toContain(command);
    expect(commands.join('\n')).not.toContain(' app ');
  });

  test('several VirtualEnvironments in a namespace', async () => {
    const { code, text } = await adopted([environment(), environment({ name: 'b', uid: 'u-2' })]);
    expect(code).toBe(1);
    expect(text).toContain(
      '# ! Namespace shop has 2 VirtualEnvironments (b, demo): the oldest counts',
    );
  });

  test('objects of others, and those that are handed over already, are not named', async () => {
    const env = { apiVersion: 'riskified.com/v1alpha1', kind: 'DynamicEnv', name: 'a', uid: 'a' };
    const { code, text } = await adopted([
      environment(),
      routing('DestinationRule', 'a', { ownerReferences: [{ ...env, controller: true }] }),
      routing('VirtualService', 'b', labelled(UID)),
      { ...routing('VirtualService', 'c', {}), spec: { hosts: ['other'] } } as KubeObject,
      routing('VirtualService', 'd', { namespace: 'other' }),
    ]);
    expect([code, text.includes('# !')]).toEqual([0, false]);
  });
});

describe('when the kind is on', () => {
  const WEBHOOK = [
    'kubectl delete mutatingwebhookconfigurations.admissionregistration.k8s.io/virtual-environment-webhook --ignore-not-found',
    'kubectl delete deployments.apps/webhook-server --namespace=kt-virtual-environment --ignore-not-found',
    'kubectl delete services/webhook-server --namespace=kt-virtual-environment --ignore-not-found',
    'kubectl delete secrets/webhook-server-tls --namespace=kt-virtual-environment --ignore-not-found',
    'kubectl label namespaces/shop environment-tag-injection-',
  ];

  test('and all is Ready, the script deletes what is left of the operator, the webhook last', async () => {
    const { code, commands } = await adopted([taken(), operator(0), SHOP]);
    expect(code).toBe(0);
    expect(commands).toEqual([
      "kubectl delete envoyfilters.networking.istio.io --namespace=shop --field-selector=metadata.name=demo '--selector=envLabel,envHeader'",
      'kubectl delete deployments.apps/virtual-env-operator --namespace=shop',
      'kubectl delete serviceaccounts/virtual-env-operator --namespace=shop --ignore-not-found',
      'kubectl delete roles.rbac.authorization.k8s.io/virtual-env-operator --namespace=shop --ignore-not-found',
      'kubectl delete rolebindings.rbac.authorization.k8s.io/virtual-env-operator --namespace=shop --ignore-not-found',
      ...WEBHOOK,
    ]);
  });

  test.each([
    ['an older generation', ready(0)],
    [
      'another condition',
      { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'False' }] },
    ],
    ['no status', {}],
  ])('nothing is deleted before it is Ready: %s', async (_what, status) => {
    const { text, commands } = await adopted([taken(status), operator(0), SHOP]);
    expect(commands).toEqual([]);
    expect(text).toContain(
      '# Namespace shop: VirtualEnvironment demo is taken over, but is not Ready.',
    );
    expect(text).not.toContain('set -e');
  });

  test('the webhook stays as long as another namespace needs it', async () => {
    const other = environment({ namespace: 'other', uid: 'u-9' });
    const { commands, text } = await adopted([taken(), other, SHOP]);
    expect(commands.filter((line) => WEBHOOK.includes(line))).toEqual([]);
    expect(text).toContain(
      '# VirtualEnvironments: 2 in namespaces: 2; taken over: 1; to look at: 0\n',
    );
  });
});

test('the way back: the kind off, the finalizer and the labels out, the operator on', async () => {
  const objects = [
    taken(),
    operator(0),
    routing('VirtualService', 'app-js', { ...ownedBy(UID), ...labelled(UID) }),
    routing('DestinationRule', 'app-js', { ...ownedBy(UID), ...labelled(UID) }),
    routing('DestinationRule', 'mine', {}),
  ];
  const { code, commands } = await adopted(objects, '--back');
  const notes = 'riskified.com/versions- metacontroller.k8s.io/last-applied-configuration-';
  expect(code).toBe(0);
  expect(commands).toEqual([
    'kubectl delete compositecontrollers.metacontroller.k8s.io/virtual-environment --ignore-not-found',
    `kubectl patch virtualenvironments.env.alibaba.com/demo --namespace=shop --type=json '--patch=[{"op":"test","path":"/metadata/finalizers/1","value":"${FINALIZER}"},{"op":"remove","path":"/metadata/finalizers/1"}]'`,
    'kubectl label virtualservices.networking.istio.io app-js --namespace=shop controller-uid-',
    `kubectl annotate virtualservices.networking.istio.io app-js --namespace=shop ${notes}`,
    'kubectl label destinationrules.networking.istio.io app-js --namespace=shop controller-uid-',
    `kubectl annotate destinationrules.networking.istio.io app-js --namespace=shop ${notes}`,
    'kubectl scale deployments.apps/virtual-env-operator --namespace=shop --replicas=1',
  ]);
  const { text } = await adopted([taken()], '--back');
  expect(text).toContain('# Namespace shop: the operator is not there: apply its manifests.\n');
});

test('without VirtualEnvironments there is only the number', async () => {
  expect(await adopted([SHOP])).toMatchObject({
    code: 0,
    text: '# VirtualEnvironments: 0 in namespaces: 0; taken over: 0; to look at: 0\n',
  });
});

test.each([
  [[], 'give -f FILE or --from-cluster; see --help'],
  [['-f', 'a', '--from-cluster'], 'give -f FILE or --from-cluster, not both'],
  [['-f', 'a', '--context', 'x'], '--context needs --from-cluster; see --help'],
  [['-f', 'a', '--release', ''], '--release: expected a value, got an empty text'],
  [
    ['-f', 'a', '--release-namespace', 'A'],
    '--release-namespace: expected the name of a namespace, got "A"',
  ],
])('%j is refused', async (args, message) => {
  expect(await refusalOf(virtualEnvironmentAdopt(args, recorder()))).toBe(message);
});

test('the script gives kubectl the words as they are, whatever the objects are called', async () => {
  const nasty = `it's $(touch x) \`y\` "z"\n; rm -rf \\n`;
  const { text } = await adopted([
    environment({ name: nasty, namespace: "a'b" }),
    operator(1, { namespace: "a'b", name: nasty }),
    routing('DestinationRule', nasty, { namespace: "a'b", ...ownedBy(UID) }),
    routing('VirtualService', nasty, { namespace: "a'b" }),
  ]);
  const log = join(folder, 'log');
  const kubectl = join(folder, 'kubectl');
  writeFileSync(log, '');
  writeFileSync(
    kubectl,
    `#!${process.execPath}\nrequire('node:fs').appendFileSync(process.env.LOG, JSON.stringify(process.argv.slice(2)) + '\\n');\n`,
  );
  chmodSync(kubectl, 0o755);
  const ran = spawnSync('/bin/sh', ['-s'], {
    input: text,
    cwd: folder,
    env: { PATH: `${folder}:/usr/bin:/bin`, LOG: log },
    encoding: 'utf8',
  });
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const calls = lines.map((line) => JSON.parse(line) as string[]);
  expect(calls.map((words) => words.slice(0, 3))).toEqual([
    ['scale', `deployments.apps/${nasty}`, "--namespace=a'b"],
    ['wait', 'pods', '--for=delete'],
    ['label', 'destinationrules.networking.istio.io', nasty],
    ['label', DEFINITION, 'app.kubernetes.io/managed-by=Helm'],
    ['annotate', DEFINITION, 'meta.helm.sh/release-name=dynamicenv'],
  ]);
});

describe('--from-cluster', () => {
  async function onCluster(options: FakeServerOptions, ...args: string[]) {
    await server?.close();
    server = await fakeApiServer(options);
    const file = writeConfig(folder, 'config', { server: server.url });
    const output = recorder();
    const flags = ['--from-cluster', '--kubeconfig', file];
    const code = await virtualEnvironmentAdopt([...flags, ...args], output);
    return {
      code,
      text: output.text().replaceAll(` --kubeconfig=${file}`, ''),
      notes: output.notes(),
    };
  }

  test('prints the same script, with the given kubeconfig, and only reads', async () => {
    const { code, text, notes } = await onCluster({ objects: BEFORE });
    expect([code, text, notes]).toEqual([0, (await adopted(BEFORE)).text, '']);
    expect(server?.asked.sort()).toEqual([
      'list deployments.apps shop',
      'list destinationrules.networking.istio.io shop',
      'list namespaces',
      'list virtualenvironments.env.alibaba.com',
      'list virtualservices.networking.istio.io shop',
    ]);
  });

  test('with -n the webhook stays, and a missing right on namespaces is told', async () => {
    const objects = [taken(), SHOP];
    const { text, notes } = await onCluster(
      { objects, isDenied: ({ resource }) => resource === 'namespaces' },
      ...['-n', 'shop'],
    );
    expect(text).not.toContain('mutatingwebhook');
    expect(notes).toMatch(
      /^not read, because of a missing right: list namespaces.*: which namespaces have the label environment-tag-injection\n$/,
    );
    const { text: all } = await onCluster({ objects });
    expect(all).toContain('kubectl label namespaces/shop environment-tag-injection-\n');
  });

  test('exit code 2 if VirtualEnvironments must not be listed, or are not served', async () => {
    const denied = onCluster({ objects: BEFORE, isDenied: () => true });
    expect(await refusalOf(denied)).toMatch(
      /^rights of user "jane" are missing .*\n {2}list virtualenvironments\.env\.alibaba\.com/,
    );
    const unserved = onCluster({ unserved: ['virtualenvironments'] });
    expect(await refusalOf(unserved)).toMatch(
      /does not serve VirtualEnvironments in version v1alpha2: neither/,
    );
  });
});

test('the program prints the script', async () => {
  const input = BEFORE.map(toYaml).join('---\n');
  const { code, stdout } = await runProgram(['virtual-environment-adopt', '-f', '-'], { input });
  expect([code, stdout]).toEqual([0, (await adopted(BEFORE)).text]);
});
