import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../src/k8s/workload.ts';
import { serviceVersions } from '../../../../src/kinds/virtual-environment/service-versions.ts';
import type { Workload } from '../../../../src/kinds/virtual-environment/types.ts';

const LABEL = { label: 'virtual-env' };
const HTTP = [{ name: 'http', port: 8080 }];

function service(name: string, spec: Service['spec'] = {}): Service {
  const namespace = 'default';
  const metadata = { name, namespace };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: { app: name }, ports: HTTP, ...spec },
  };
}

function workload(
  name: string,
  labels: Record<string, string>,
  more: { annotations?: Record<string, string>; kind?: string; status?: Workload['status'] } = {},
): Workload {
  const { kind = 'Deployment', annotations = {}, status } = more;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default', generation: 2, annotations },
    spec: { replicas: 1, template: { metadata: { labels } } },
    status: status ?? { observedGeneration: 2, replicas: 1, readyReplicas: 1, updatedReplicas: 1 },
  };
}

const js = (value: string) => ({ app: 'js', 'virtual-env': value });
const valuesOf = (services: Service[], workloads: Workload[]) =>
  serviceVersions(services, workloads, LABEL).services.map(
    ({ service: { metadata }, versions }) => `${metadata.name}: ${versions.map((v) => v.value)}`,
  );

describe('the versions of a Service', () => {
  it.each<[string, Record<string, string>, Record<string, string>[], string]>([
    ['are distinct', { app: 'js' }, [js('dev'), js('dev'), js('dev.p1')], 'js: dev,dev.p1'],
    ['are sorted', { app: 'js' }, [js('b'), js('A'), js('a')], 'js: A,a,b'],
    [
      'have every label of the selector',
      { app: 'js', tier: 'web' },
      [js('dev'), { ...js('qa'), tier: 'web' }],
      'js: qa',
    ],
    ['need a label', { app: 'js' }, [{ app: 'js' }], 'js: '],
    ['need a value', { app: 'js' }, [js('')], 'js: '],
    [
      'are those that the selector names',
      { app: 'js', 'virtual-env': 'dev' },
      [js('dev'), js('qa')],
      'js: dev',
    ],
    ['are none of another app', { app: 'js' }, [{ app: 'go', 'virtual-env': 'dev' }], 'js: '],
    ['know no inherited keys', { constructor: 'x' }, [js('dev')], 'js: '],
  ])('%s', (_, selector, templates, expected) => {
    const workloads = templates.map((labels, i) => workload(`w${i}`, labels));
    expect(valuesOf([service('js', { selector })], workloads)).toEqual([expected]);
  });

  it('belong to Deployments and StatefulSets of one name', () => {
    const workloads = [workload('a', js('dev'), { kind: 'StatefulSet' }), workload('a', js('dev'))];
    const [found] = serviceVersions([service('js')], workloads, LABEL).services;
    expect(found?.versions[0]?.workloads.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'StatefulSet',
    ]);
  });

  it.each<[string, Partial<Service['metadata']>, Service['spec'], string[], RegExp | undefined]>([
    ['no selector', {}, { selector: {} }, [], undefined],
    ['ExternalName', {}, { type: 'ExternalName' }, [], undefined],
    ['the API server', { name: 'kubernetes' }, {}, [], undefined],
    [
      'a Service of that name elsewhere',
      { name: 'kubernetes', namespace: 'shop' },
      {},
      ['kubernetes'],
      undefined,
    ],
    ['headless', {}, { clusterIP: 'None' }, [], /headless/],
    [
      'no HTTP port',
      {},
      { ports: [{ name: 'https', port: 443 }] },
      [],
      /no port of the Service is known to be HTTP/,
    ],
  ])('of such a Service: %s', (_, metadata, spec, found, reason) => {
    const given = service('js', spec);
    const changed = {
      ...given,
      metadata: { ...given.metadata, ...metadata },
      spec: { ...given.spec, selector: spec?.selector ?? { app: 'js' } },
    };
    const { services, skipped } = serviceVersions([changed], [workload('w', js('dev'))], LABEL);
    expect(services.map((one) => one.service.metadata.name)).toEqual(found);
    expect(skipped).toHaveLength(reason === undefined ? 0 : 1);
    if (reason !== undefined) expect(skipped[0]?.reason).toMatch(reason);
  });

  it('are not told to be missing where there are none', () => {
    const headless = service('js', { clusterIP: 'None' });
    expect(serviceVersions([headless], [], LABEL)).toEqual({ services: [], skipped: [] });
  });

  const LEAVING = { annotations: { 'riskified.com/leaving': 'true' } };
  const ABSENT = { status: { observedGeneration: 2 } };
  it.each<[string, Parameters<typeof workload>[2][], boolean, boolean]>([
    ['a ready pod', [{}], true, false],
    ['none', [ABSENT], false, false],
    [
      'a status of an earlier spec',
      [{ status: { observedGeneration: 1, readyReplicas: 1 } }],
      true,
      false,
    ],
    ['no status yet', [{ status: {} }], false, false],
    ['one of two', [ABSENT, {}], true, false],
    ['leaving', [LEAVING], true, true],
    ['one leaves, one stays', [LEAVING, {}], true, false],
    ['one leaves, the other is not ready', [LEAVING, ABSENT], true, true],
    [
      'an annotation with another value',
      [{ annotations: { 'riskified.com/leaving': 'yes' } }],
      true,
      false,
    ],
  ])('are ready, and leaving: %s', (_, workloads, isReady, isLeaving) => {
    const all = workloads.map((more, i) => workload(`w${i}`, js('dev'), more));
    const [found] = serviceVersions([service('js')], all, LABEL).services;
    expect(found?.versions.map((v) => [v.isReady, v.isLeaving])).toEqual([[isReady, isLeaving]]);
  });

  it('are found with few looks at each workload, however many Services there are', () => {
    let looks = 0;
    const counted = (labels: Record<string, string>) =>
      new Proxy(labels, {
        get: (target, key) => {
          looks += 1;
          return Reflect.get(target, key) as unknown;
        },
      });
    const services = Array.from({ length: 200 }, (_, i) =>
      service(`s${i}`, { selector: { part: 'shop', app: `s${i}` } }),
    );
    const workloads = Array.from({ length: 1000 }, (_, i) =>
      workload(`w${i}`, counted({ part: 'shop', app: `s${i % 200}`, 'virtual-env': `v${i}` })),
    );
    const { services: found } = serviceVersions(services, workloads, LABEL);
    expect(found.map(({ versions }) => versions.length)).toEqual(Array(200).fill(5));
    expect(looks).toBeLessThan(10 * workloads.length);
  });
});
