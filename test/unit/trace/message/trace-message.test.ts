import { describe, expect, test } from '@jest/globals';
import type { Phase } from '../../../../src/api/subscriber.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import type { Deployment } from '../../../../src/k8s/workload.ts';
import { traceMessage } from '../../../../src/trace/message/trace-message.ts';

const REFS = {
  headers: { service: 'x-service-route', source: 'x-source-route' },
  carriers: [] as ('baggage' | 'cookie')[],
};
const VARIABLES = ['DYNAMICENV_WORKLOAD', 'DYNAMICENV_FEED'].map((name) => ({
  name,
  value: name === 'DYNAMICENV_WORKLOAD' ? 'shop/orders' : 'http://feed:8080',
}));
const MINE = 'x-source-route: mp-101';

function deployment(name: string, changes: Partial<KubeObject['metadata']> = {}, env = VARIABLES) {
  const labels = { app: 'orders' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', ...changes },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'orders', env }] } },
    },
    status: { readyReplicas: 2 },
  } as unknown as Deployment;
}

const OPTED_IN = { labels: { 'riskified.com/event-routing': 'true' } };
const BASE = deployment('orders', OPTED_IN);

function cloneOf(env: string): Deployment {
  return deployment(`orders-${env}`, {
    labels: { 'dynamic-env': 'true' },
    annotations: { 'riskified.com/dynamic-environment': env },
  });
}

function subscriber(env: string, phase: Phase, more: Partial<KubeObject['metadata']> = {}) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'Subscriber',
    metadata: {
      name: `${env}-0123456789`,
      annotations: { 'riskified.com/dynamic-environment': env },
      ...more,
    },
    spec: {
      workload: 'shop/orders',
      services: ['orders'],
      ref: env,
      incarnation: '0123456789',
      phase,
    },
  } as KubeObject;
}

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders', namespace: 'shop' },
  spec: { selector: { app: 'orders' } },
} as KubeObject;
const ENV = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name: 'mp-101' },
};

function told(texts: readonly string[], others: readonly KubeObject[], base = BASE, refs = REFS) {
  const headers = texts.map((text) => {
    const [name = '', value = ''] = text.split(': ');
    return [name, Buffer.from(value)] as const;
  });
  return traceMessage({ headers, base }, [base, SERVICE, ...others], refs, []);
}

const LIVE = [cloneOf('mp-101'), subscriber('mp-101', 'Live')];

describe('who handles a message', () => {
  test.each<[string, string[], KubeObject[], string[], boolean]>([
    ['no header', [], LIVE, ['shop/orders'], true],
    ['the ref of a live env', [MINE], LIVE, ['shop/orders-mp-101'], true],
    ['another ref', ['x-source-route: mp-1012'], LIVE, ['shop/orders'], true],
    [
      'an env that joins',
      [MINE],
      [cloneOf('mp-101'), subscriber('mp-101', 'Joining')],
      ['shop/orders', 'shop/orders-mp-101'],
      false,
    ],
    [
      'an env that leaves',
      [MINE],
      [cloneOf('mp-101'), subscriber('mp-101', 'Leaving')],
      ['shop/orders', 'shop/orders-mp-101'],
      false,
    ],
    [
      'a Subscriber that is being deleted is not live',
      [MINE],
      [
        cloneOf('mp-101'),
        subscriber('mp-101', 'Live', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ],
      ['shop/orders', 'shop/orders-mp-101'],
      false,
    ],
    [
      'a Subscriber of another workload counts for nothing',
      [MINE],
      [
        {
          ...subscriber('mp-101', 'Live'),
          spec: { workload: 'shop/others', ref: 'mp-101' },
        } as KubeObject,
      ],
      ['shop/orders'],
      true,
    ],
  ])('%s', (_, headers, objects, handledBy, isClear) => {
    expect(told(headers, objects)).toMatchObject({ handledBy, isClear });
  });

  test('a clone without events competes', () => {
    const { consumers, isClear } = told([], [cloneOf('mp-101'), ENV as KubeObject]);
    expect(consumers.map(({ deployment: name, action }) => [name, action])).toEqual([
      ['shop/orders', 'handle'],
      ['shop/orders-mp-101', 'compete'],
    ]);
    expect(isClear).toBe(false);
  });

  test('a base without the variables handles everything', () => {
    const { handledBy, consumers, notes } = told([MINE], LIVE, deployment('orders', OPTED_IN, []));
    expect(handledBy).toEqual(['shop/orders', 'shop/orders-mp-101']);
    expect(consumers[0]?.why).toMatch(/declares no DYNAMICENV_WORKLOAD and no DYNAMICENV_FEED/);
    expect(notes.join()).toContain('handles the messages of all envs, too');
  });

  test('a base that has not opted in is told', () => {
    expect(told([], [], deployment('orders')).notes.join()).toContain(
      'riskified.com/event-routing',
    );
  });

  test('a workload without Services goes by its name', () => {
    const lonely = traceMessage({ headers: [], base: BASE }, [BASE], REFS, []);
    expect(lonely.services).toEqual(['orders']);
  });

  test.each([
    ['orders.v2', 'orders-v2'],
    [`${'a'.repeat(62)}.b`, 'a'.repeat(62)],
  ])('without a Service, %s is named as %s, as its env’s Subscriber is', (name, expected) => {
    const base = deployment(name, OPTED_IN);
    expect(traceMessage({ headers: [], base }, [base], REFS, []).services).toEqual([expected]);
  });

  test('an env without ready pods: the message waits', () => {
    const { notes } = told([MINE], [subscriber('mp-101', 'Live')]);
    expect(notes).toEqual([expect.stringContaining("waits in the env's group")]);
  });
});

describe('what a header says', () => {
  test.each<[string, string[], string, boolean]>([
    ['a ref', [MINE], 'ref mp-101, for every service without a pair of its own', true],
    [
      'no ref',
      ['x-source-route: MP_101'],
      'no ref: x-source-route: ref must consist of lower-case',
      true,
    ],
    ['repeated', [MINE, MINE], 'no ref: it is there 2 times, and counts as "mp-101,mp-101"', true],
    ['too long', [`x-source-route: ${'a'.repeat(16_385)}`], 'malformed: it has 16385 bytes', true],
    ['a pair', ['x-service-route: web:a::orders:mp-101'], 'orders: ref mp-101', true],
    ['no pair', ['x-service-route: web:a'], 'no pair for orders; x-service-route names web', false],
    [
      'malformed',
      ['x-service-route: orders'],
      'malformed as a whole, so it has no pair: expected',
      false,
    ],
    [
      'contradicting pairs',
      ['x-service-route: orders:a::orders:b'],
      'orders: no ref, because its pairs contradict each other',
      true,
    ],
    [
      'baggage',
      ['baggage: x-source-route=mp-101'],
      'not read: --ref-carriers does not list',
      false,
    ],
  ])('%s', (_, headers, says, decides) => {
    const { readings } = told(headers, []);
    expect(readings).toEqual([
      expect.objectContaining({ says: expect.stringContaining(says), decides }),
    ]);
  });

  test('bytes that are not UTF-8', () => {
    const headers = [['X-Source-Route', Buffer.from([0xff])]] as const;
    const { readings } = traceMessage({ headers, base: BASE }, [BASE], REFS, []);
    expect(readings).toEqual([
      {
        header: 'x-source-route',
        says: 'malformed: it is not UTF-8, so it names no ref',
        decides: true,
      },
    ]);
  });

  test('baggage that is read, and headers before it', () => {
    const refs = { ...REFS, carriers: ['baggage' as const] };
    const alone = told(['baggage: a=b, x-source-route=mp-101'], LIVE, BASE, refs);
    expect([alone.ref, alone.readings[0]?.says]).toEqual(['mp-101', 'has x-source-route=mp-101']);
    const both = told(['baggage: x-source-route=mp-101', 'x-source-route: mp-9'], LIVE, BASE, refs);
    expect([both.ref, both.readings.map(({ decides }) => decides)]).toEqual([
      'mp-9',
      [true, false],
    ]);
  });

  test('names of one workload that contradict each other', () => {
    const admin = { ...SERVICE, metadata: { name: 'admin', namespace: 'shop' } };
    const { ref, readings } = told(['x-service-route: orders:a::admin:b'], [admin as KubeObject]);
    expect(ref).toBeUndefined();
    expect(readings[0]?.says).toContain('names of one workload contradict each other');
  });
});
