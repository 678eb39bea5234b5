import { describe, expect, test } from '@jest/globals';
import type { V1PodSpec } from '@kubernetes/client-node';
import type { EventsOptions } from '../../../../../src/api/dynamicenv.ts';
import type { Container, Deployment } from '../../../../../src/k8s/workload.ts';
import { carriedBy, isForked } from '../../../../../src/kinds/dynamicenv/events/carried.ts';
import { portTaken, withEvents } from '../../../../../src/kinds/dynamicenv/events/clone.ts';
import { deepFreeze, deployment, running } from '../../../../support/objects.ts';
import { INCARNATION, ordersBase, subscriber } from '../../../../support/subscribers.ts';

const { spec: SPEC } = subscriber('Joining');

function clone(pod: Partial<V1PodSpec> = {}, annotations: Record<string, string> = {}): Deployment {
  const base = ordersBase();
  const { template } = base.spec;
  const containers = template.spec?.containers ?? [];
  return deepFreeze({
    ...base,
    metadata: { ...base.metadata, annotations: { 'riskified.com/spec-hash': 'plain' } },
    spec: {
      ...base.spec,
      template: {
        metadata: { ...template.metadata, annotations },
        spec: { containers, ...pod },
      },
    },
  });
}

const container = (more: Partial<Container>): Container => ({
  name: 'main',
  image: 'orders:1',
  ...more,
});

function made(given: Deployment, options: EventsOptions = {}) {
  const { deployment: object, replaced } = withEvents(given, SPEC, options);
  const pod = object.spec.template.spec;
  const names = pod?.containers.map(({ name }) => name) ?? [];
  const listener = pod?.containers.find(({ startupProbe }) => startupProbe?.periodSeconds === 2);
  return { object, replaced, pod, names, listener };
}

const values = ({ env = [] }: Container = container({})) =>
  Object.fromEntries(env.map(({ name, value }) => [name, value]));

describe('a clone with events', () => {
  test('has variables, probe and hook in the container that uses the library', () => {
    const { object, replaced, names, listener, pod } = made(clone());
    expect(names).toEqual(['proxy', 'main']);
    expect(listener).toEqual({
      name: 'main',
      image: 'orders:1',
      env: [
        { name: 'DYNAMICENV_WORKLOAD', value: 'shop/orders' },
        { name: 'DYNAMICENV_REF', value: 'mp-101' },
        { name: 'DYNAMICENV_INCARNATION', value: INCARNATION },
        { name: 'DYNAMICENV_SERVICES', value: 'orders' },
        { name: 'DYNAMICENV_PORT', value: '9808' },
        { name: 'DYNAMICENV_DRAIN_SECONDS', value: '120' },
        { name: 'DYNAMICENV_FEED', value: 'http://feed' },
      ],
      startupProbe: {
        httpGet: { path: '/started', port: 9808 },
        periodSeconds: 2,
        failureThreshold: 300,
      },
      lifecycle: { preStop: { httpGet: { path: '/drain', port: 9808 } } },
    });
    expect(pod?.terminationGracePeriodSeconds).toBe(130);
    expect(object.spec.template.metadata?.annotations).toEqual({
      'sidecar.istio.io/nativeSidecar': 'true',
    });
    expect(object.metadata.annotations).toEqual({
      'riskified.com/incarnation': INCARNATION,
      'riskified.com/spec-hash': expect.stringMatching(/^[0-9a-f]{10}$/),
    });
    expect(replaced).toEqual([]);
  });

  test('uses the first container if none declares the workload', () => {
    const containers = [container({ name: 'a' }), container({ name: 'b' })];
    expect(made(clone({ containers })).listener?.name).toBe('a');
  });

  test('has the port and the drain time that the env asks for', () => {
    const { listener, pod } = made(clone(), { port: 9000, drainSeconds: 600 });
    expect(values(listener)).toMatchObject({
      DYNAMICENV_PORT: '9000',
      DYNAMICENV_DRAIN_SECONDS: '600',
    });
    expect(listener?.startupProbe?.httpGet).toEqual({ path: '/started', port: 9000 });
    expect(listener?.lifecycle?.preStop?.httpGet).toEqual({ path: '/drain', port: 9000 });
    expect(pod?.terminationGracePeriodSeconds).toBe(610);
  });

  test.each([
    [undefined, 120, 130, false],
    [30, 120, 130, false],
    [60, 120, 130, true],
    [20, 5, 20, false],
    [undefined, 5, 30, false],
    [900, 120, 900, false],
  ])('grace %s and drain %i: %i, told: %s', (own, drainSeconds, grace, isTold) => {
    const pod = own === undefined ? {} : { terminationGracePeriodSeconds: own };
    const { pod: changed, replaced } = made(clone(pod), { drainSeconds });
    expect(changed?.terminationGracePeriodSeconds).toBe(grace);
    const text = `replaced on the clone's pods: terminationGracePeriodSeconds (${own}, now ${grace})`;
    expect(replaced).toEqual(isTold ? [text] : []);
  });

  test('says what it replaces, and keeps the rest', () => {
    const containers = [
      container({
        startupProbe: { tcpSocket: { port: 1 } },
        livenessProbe: { tcpSocket: { port: 1 } },
        lifecycle: {
          postStart: { exec: { command: ['a'] } },
          preStop: { exec: { command: ['b'] } },
        },
        env: [
          { name: 'DYNAMICENV_REF', value: 'everything' },
          { name: 'DYNAMICENV_WORKLOAD', value: 'shop/orders' },
          { name: 'DYNAMICENV_WORKLOAD', valueFrom: { fieldRef: { fieldPath: 'a' } } },
          { name: 'OTHER', value: '$(DYNAMICENV_REF)' },
        ],
      }),
    ];
    const sidecar = { 'sidecar.istio.io/nativeSidecar': 'false' };
    const { listener, replaced } = made(clone({ containers }, sidecar));
    expect(replaced).toEqual([
      'replaced in container main of the clone: startupProbe, lifecycle.preStop, DYNAMICENV_WORKLOAD, DYNAMICENV_REF',
      "replaced on the clone's pods: the annotation sidecar.istio.io/nativeSidecar",
    ]);
    expect(listener?.livenessProbe).toEqual({ tcpSocket: { port: 1 } });
    expect(listener?.lifecycle).toEqual({
      postStart: { exec: { command: ['a'] } },
      preStop: { httpGet: { path: '/drain', port: 9808 } },
    });
    const names = (listener?.env ?? []).map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(values(listener)).toMatchObject({
      DYNAMICENV_REF: 'mp-101',
      OTHER: '$(DYNAMICENV_REF)',
    });
  });

  test('without any container stays as it is', () => {
    const empty = clone({ containers: [] });
    expect(withEvents(empty, SPEC, {})).toEqual({ deployment: empty, replaced: [] });
  });
});

describe('the port of the library', () => {
  const listening = (port: number) => container({ name: 'web', ports: [{ containerPort: port }] });

  test.each<[string, Partial<V1PodSpec>, EventsOptions, string | undefined]>([
    ['is free', { containers: [listening(8080)] }, {}, undefined],
    [
      'is that of a container',
      { containers: [container({}), listening(9808)] },
      {},
      'events.port: container web has the containerPort 9808, and the library needs the port for itself; give events another port',
    ],
    [
      'is that of a sidecar among the init containers',
      { initContainers: [listening(9000)] },
      { port: 9000 },
      'events.port: container web has the containerPort 9000, and the library needs the port for itself; give events another port',
    ],
    ['is another one', { containers: [listening(9808)] }, { port: 9809 }, undefined],
  ])('%s', (_what, pod, options, expected) => {
    expect(portTaken(clone(pod), options)).toBe(expected);
  });
});

describe('what a clone was told', () => {
  test('is read from our mark and its variables', () => {
    expect(carriedBy(made(clone()).object)).toEqual({
      incarnation: INCARNATION,
      workload: 'shop/orders',
      ref: 'mp-101',
      services: ['orders'],
    });
  });

  test.each<[string, Deployment | undefined]>([
    ['no clone', undefined],
    ['a clone without events', clone()],
    ['a mark that is none of ours', marked('x')],
    ['variables without the mark: a base may have them for any reason', unmarked()],
  ])('nothing: %s', (_what, given) => {
    expect(carriedBy(given)).toBeUndefined();
  });

  test('the mark alone, if the variables were edited away', () => {
    expect(carriedBy(marked(INCARNATION))).toEqual({ incarnation: INCARNATION });
  });

  function marked(incarnation: string): Deployment {
    return deployment('shop/a', {}, { annotations: { 'riskified.com/incarnation': incarnation } });
  }

  function unmarked(): Deployment {
    const { object } = made(clone());
    return { ...object, metadata: { ...object.metadata, annotations: {} } };
  }
});

describe('all topics are forked', () => {
  const started = running(made(clone()).object);
  const withProbe = (startupProbe: Container['startupProbe']): Deployment => {
    const { template } = started.spec;
    const containers = (template.spec?.containers ?? []).map(({ startupProbe: _own, ...one }) => ({
      ...one,
      ...(startupProbe === undefined ? {} : { startupProbe }),
    }));
    return {
      ...started,
      spec: { ...started.spec, template: { ...template, spec: { ...template.spec, containers } } },
    };
  };

  test.each<[string, Deployment | undefined, string, boolean]>([
    ['all pods run with the incarnation', started, INCARNATION, true],
    ['the pods are of another incarnation', started, 'bbbbbbbbbb', false],
    ['no clone', undefined, INCARNATION, false],
    ['a clone without events', running(clone()), INCARNATION, false],
    ['no pod is available', running(started, { availableReplicas: 0 }), INCARNATION, false],
    [
      'pods of the template before are still there',
      running(started, { replicas: 4 }),
      INCARNATION,
      false,
    ],
    [
      'the status is about an older template',
      { ...started, metadata: { ...started.metadata, generation: 9 } },
      INCARNATION,
      false,
    ],
    [
      'it is being deleted',
      { ...started, metadata: { ...started.metadata, deletionTimestamp: 'x' } },
      INCARNATION,
      false,
    ],
    ['somebody took the probe out', withProbe(undefined), INCARNATION, false],
    [
      'somebody replaced the probe',
      withProbe({ httpGet: { path: '/', port: 80 } }),
      INCARNATION,
      false,
    ],
  ])('%s', (_what, given, incarnation, expected) => {
    expect(isForked(given, incarnation)).toBe(expected);
  });
});
