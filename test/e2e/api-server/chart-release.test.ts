import { X509Certificate } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { installCrds } from '../control-plane/crds.ts';
import { problem, until } from '../control-plane/poll.ts';
import { CHART, set } from '../lib/chart.ts';
import { ENV, ENV_FILE } from '../lib/shop.ts';

const NAMESPACE = 'dynamicenv';
const RELEASE = [NAMESPACE, '-n', NAMESPACE];
const CRDS = [
  'dynamicenvs.riskified.com',
  'routeinjections.riskified.com',
  'subscribers.riskified.com',
];

let plane: ControlPlane;
/** Folder with a later version of the chart: one CustomResourceDefinition has one more printer column. */
let later: string;

beforeAll(async () => {
  plane = await startControlPlane();
  await installCrds(plane, 'istio', 'metacontroller', 'others');
  await plane.kubectl(['create', 'namespace', NAMESPACE]);
  const restricted = 'pod-security.kubernetes.io/enforce=restricted';
  await plane.kubectl(['label', 'namespace', NAMESPACE, restricted]);
  later = join(plane.folder, 'later');
  await cp(CHART, later, { recursive: true });
  const file = join(later, 'files', 'crds', 'dynamicenvs.riskified.com.yaml');
  const crd = await readFile(file, 'utf8');
  const column = '$&\n        - { name: Later, type: string, jsonPath: .metadata.uid }';
  await writeFile(file, crd.replace('additionalPrinterColumns:', column));
  const chart = await readFile(join(later, 'Chart.yaml'), 'utf8');
  await writeFile(join(later, 'Chart.yaml'), chart.replaceAll('0.1.0', '0.2.0'));
});

afterAll(() => plane?.stop());

const get = (...args: string[]) => plane.kubectl(['get', ...args]);
const columns = async () => {
  const path = 'jsonpath={.spec.versions[0].additionalPrinterColumns[*].name}';
  return (await get('crd', 'dynamicenvs.riskified.com', '-o', path)).split(' ');
};

/** The webhook's certificate, and the CA bundle with which the API server verifies it; base64 of PEM. */
async function certificate() {
  const secret = JSON.parse(
    await get('secret', 'dynamicenv-webhook', '-n', NAMESPACE, '-o', 'json'),
  );
  const path = 'jsonpath={.webhooks[0].clientConfig.caBundle}';
  const caBundle = await get('mutatingwebhookconfiguration', 'dynamicenv', '-o', path);
  return { ...(secret.data as Record<'ca.crt' | 'tls.crt' | 'tls.key', string>), caBundle };
}

const x509 = (text: string) => new X509Certificate(Buffer.from(text, 'base64'));

/** The second run finds the CustomResourceDefinitions that the first run left in the cluster. */
describe.each(['helm', 'helm3'] as const)('%s', (program) => {
  const helm = (...args: string[]) => plane[program](args);
  let first: Awaited<ReturnType<typeof certificate>>;

  test('install', async () => {
    const notes = await helm('install', ...RELEASE, CHART);
    expect(notes).toContain('helm test dynamicenv -n dynamicenv');
    expect(notes).toContain('default limit of five requests per second');
    expect(notes).toContain('system:serviceaccount:metacontroller:metacontroller');
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', ...CRDS, '--timeout=30s']);
    expect(await columns()).not.toContain('Later');
  });

  test("the certificate is valid for the Service's host name, and the webhook configuration has its CA", async () => {
    first = await certificate();
    expect(first.caBundle).toBe(first['ca.crt']);
    const leaf = x509(first['tls.crt']);
    expect(leaf.verify(x509(first['ca.crt']).publicKey)).toBe(true);
    expect(leaf.checkHost('dynamicenv.dynamicenv.svc')).toBe('dynamicenv.dynamicenv.svc');
  });

  test('the pods pass the restricted Pod Security Standard, and mount no service account token', async () => {
    const pods = ['pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=service'];
    const path = 'jsonpath={range .items[*]}[{.spec.volumes[*].name}]{end}';
    await until(90, async () => {
      const volumes = await get(...pods, '-o', path);
      return volumes === '[tls][tls]' ? undefined : `two pods with a certificate: ${volumes}`;
    });
  });

  test('upgrade: values and CustomResourceDefinitions change, the certificate does not', async () => {
    await helm('upgrade', ...RELEASE, later, ...set('config.drainSeconds=20'));
    expect(await certificate()).toEqual(first);
    expect(await columns()).toContain('Later');
    const path = 'jsonpath={.spec.template.spec.containers[0].args}';
    const args = await get('deployment', 'dynamicenv', '-n', NAMESPACE, '-o', path);
    expect(args).toContain('--drain-seconds=20');
  });

  test('rollback: values and CustomResourceDefinitions are as before, the certificate does not change', async () => {
    await helm('rollback', ...RELEASE, '1');
    expect(await certificate()).toEqual(first);
    expect(await columns()).not.toContain('Later');
    const path = 'jsonpath={.spec.template.spec.containers[0].args}';
    const args = await get('deployment', 'dynamicenv', '-n', NAMESPACE, '-o', path);
    expect(args).toContain('--drain-seconds=10');
  });

  test('an upgrade after the Secret was deleted creates a new certificate', async () => {
    await plane.kubectl(['delete', 'secret', 'dynamicenv-webhook', '-n', NAMESPACE]);
    await helm('upgrade', ...RELEASE, CHART);
    const second = await certificate();
    expect(second['tls.crt']).not.toBe(first['tls.crt']);
    expect(second.caBundle).toBe(second['ca.crt']);
  });

  test('a certificate that another program wrote, such as cert-manager, is not kept: nobody would renew it', async () => {
    await helm('uninstall', ...RELEASE);
    const made = await plane.api.call('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, {
      body: {
        metadata: {
          name: 'dynamicenv-webhook',
          annotations: { 'cert-manager.io/certificate-name': 'dynamicenv-webhook' },
        },
        type: 'kubernetes.io/tls',
        data: {
          'tls.crt': first['tls.crt'],
          'tls.key': first['tls.key'],
          'ca.crt': first['ca.crt'],
        },
      },
    });
    expect(made).toBeDefined();
    expect(await problem(helm('install', ...RELEASE, CHART))).toMatch(/invalid ownership metadata/);
    const force = program === 'helm' ? ['--force-conflicts'] : [];
    await helm('install', ...RELEASE, CHART, '--take-ownership', ...force);
    const own = await certificate();
    expect(own['tls.crt']).not.toBe(first['tls.crt']);
    await helm('upgrade', ...RELEASE, CHART);
    expect(await certificate()).toEqual(own);
  });

  test('uninstall: only CustomResourceDefinitions and DynamicEnvs stay', async () => {
    await plane.kubectl(['apply', '-f', ENV_FILE]);
    await helm('uninstall', ...RELEASE);
    // A CustomResourceDefinition that is being deleted still exists until all its objects are deleted.
    const path = 'jsonpath={.metadata.name}{.metadata.deletionTimestamp}';
    for (const crd of CRDS) expect(await get('crd', crd, '-o', path)).toBe(crd);
    expect(await get('de', ENV, '-o', path)).toBe(ENV);
    const kinds =
      'deployments,services,serviceaccounts,secrets,networkpolicies,poddisruptionbudgets';
    const label = 'app.kubernetes.io/instance=dynamicenv';
    await until(90, async () => {
      const left = await get(kinds, '-n', NAMESPACE, '-l', label, '-o', 'name');
      return left === '' ? undefined : `still there: ${left}`;
    });
    const global = 'compositecontrollers,decoratorcontrollers,mutatingwebhookconfigurations';
    expect(await get(global, '-o', 'name')).toBe('');
  });

  test('the API server accepts all optional objects', async () => {
    const more = set(
      'serviceMonitor.enabled=true',
      'certificate.source=cert-manager',
      'networkPolicy.metricsNamespace=monitoring',
    );
    await helm('install', ...RELEASE, CHART, ...more);
    expect(await get('certificates,issuers,servicemonitors', '-n', NAMESPACE, '-o', 'name')).toBe(
      [
        'certificate.cert-manager.io/dynamicenv-ca',
        'certificate.cert-manager.io/dynamicenv-webhook',
        'issuer.cert-manager.io/dynamicenv-ca',
        'issuer.cert-manager.io/dynamicenv-self-signed',
        'servicemonitor.monitoring.coreos.com/dynamicenv',
        '',
      ].join('\n'),
    );
    await helm('uninstall', ...RELEASE);
  });
});

test('CustomResourceDefinitions that kubectl installed: Helm takes them over only with --take-ownership', async () => {
  await plane.kubectl(['delete', 'crd', ...CRDS]);
  await installCrds(plane, 'dynamicenv');
  const refusal = await problem(plane.helm(['install', ...RELEASE, CHART]));
  expect(refusal).toMatch(/invalid ownership metadata/);
  await plane.helm(['install', ...RELEASE, CHART, ...set('crds.install=false')]);
  const withCrds = [...set('crds.install=true'), '--take-ownership', '--force-conflicts'];
  await plane.helm(['upgrade', ...RELEASE, later, ...withCrds]);
  expect(await columns()).toContain('Later');
  await plane.helm(['uninstall', ...RELEASE]);
  await rm(later, { recursive: true });
});
