import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  wait,
} from '../../../../support/env-fixture.ts';
import {
  deployment,
  dynamicEnv,
  routeTo,
  rule,
  service,
  virtualService,
} from '../../../../support/objects.ts';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const MESH = [
  deployment('shop/backend'),
  service('shop/backend'),
  rule('shop/backend'),
  virtualService('shop/backend'),
];

/** An env whose routes are in place. Then these objects are added. */
function surrounded(more: readonly KubeObject[]): EnvFixture {
  const now = envFixture(dynamicEnv(), MESH);
  settle(now);
  wait(now, 5);
  wait(now, 60);
  now.others = [...now.others, ...more];
  return now;
}

const LABEL = { labels: { 'env.riskified.com/alice': 'injected' } };
const services = (count: number) =>
  times(count, (at) => service(`shop/s${at}`, { app: 'backend' }));
const rules = (count: number) => times(count, (at) => rule(`shop/r${at}`, { host: 'backend' }));
const routing = (count: number, routes: number, bytes = 10) =>
  times(count, (at) =>
    virtualService(
      `shop/v${at}`,
      { http: times(routes, () => routeTo('backend', 'shared', { timeout: 'x'.repeat(bytes) })) },
      LABEL,
    ),
  );

describe('more objects than the service can handle in time', () => {
  it.each<[string, KubeObject[], RegExp]>([
    [
      'Services of one Deployment',
      services(64),
      /^65 Services send to the pods of Deployment shop\/backend, and at most 64 .*; narrow/,
    ],
    [
      'DestinationRules of one host',
      rules(130),
      /^there are too many DestinationRules for backend\.shop/,
    ],
    [
      'VirtualServices',
      [...services(60), ...routing(170, 0)],
      /^there are too many routes in the 171 V/,
    ],
    ['small routes', routing(2, 16_000), /^the VirtualServices of this env have 6\d{4} routes, /],
    ['routes', routing(14, 40, 150_000), /^there are too many routes in the 15 VirtualServices/],
  ])('nothing changes, and the status has the reason: %s', (_what, more, message) => {
    const now = surrounded(more);
    const { status, children } = decide(now);
    expect(status.conditions?.[0]).toMatchObject({
      type: 'Ready',
      status: 'False',
      reason: 'TooLarge',
      message: expect.stringMatching(message),
    });
    expect(status.state).toBe('degraded');
    expect(children).toHaveLength(3);
    expect(namesOf(children)).toEqual(namesOf(now.children));
    expect(children.find(({ kind }) => kind === 'RouteInjection')).toMatchObject({
      spec: { active: true },
    });
  });

  it.each<[string, KubeObject[]]>([
    ['rules', times(300, (at) => rule(`shop/r${at}`, { host: '*.shop.svc.cluster.local' }))],
    [
      'subsets',
      [
        rule('shop/r', {
          host: '*.shop.svc.cluster.local',
          subsets: times(1500, (at) => ({ name: `s${at}`, labels: { version: `${at}` } })),
        }),
      ],
    ],
  ])('many consumers behind many Services, and %s that may select their pods', (_what, more) => {
    const template = {
      metadata: { labels: { app: 'backend', version: 'shared' } },
      spec: { containers: [{ name: 'main', image: 'main:1' }] },
    };
    const bases = times(32, (at) => deployment(`shop/c${at}`, { template }));
    const consumers = times(32, (at) => ({ namespace: 'shop', name: `c${at}` }));
    const env = dynamicEnv({ subsets: [], consumers });
    const all = [...bases, ...services(64), ...more];
    const { status } = decide(envFixture(env, all));
    expect(status.conditions?.[0]?.reason).toBe('TooLarge');
  });

  it('does not stop a removal', () => {
    const now = surrounded([...services(64), ...rules(130)]);
    const { metadata } = now.env;
    now.env = { ...now.env, metadata: { ...metadata, deletionTimestamp: '2026-01-01T12:02:00Z' } };
    settle(now);
    wait(now, 20);
    wait(now, 20);
    expect(now.children).toEqual([]);
  });
});

describe('a large mesh is handled', () => {
  it.each<[string, KubeObject[]]>([
    ['Services of one Deployment', services(20)],
    ['Services of others', times(2000, (at) => service(`shop/o${at}`))],
    [
      'DestinationRules of one host, each in another namespace',
      times(200, (at) => rule(`n${at}/backend`, { host: 'backend.shop.svc.cluster.local' })),
    ],
    ['VirtualServices', routing(200, 5)],
  ])('%s', (_what, more) => {
    const { status } = decide(surrounded(more));
    expect(status.conditions?.[0]?.reason).not.toBe('TooLarge');
  });
});

describe('an env with entries', () => {
  const hosts = times(8, (at) => `shop-${at}.example.com`);
  const env = dynamicEnv({ ref: 'mp-101', entries: hosts.map((host) => ({ host })) });

  const reason = (virtualServices: KubeObject[]) => {
    const now = envFixture(env, [...MESH, ...virtualServices]);
    now.config = { ...now.config, entryHosts: ['*.example.com'] };
    return decide(now).status.conditions?.[0];
  };
  const at = (name: string, names: string[], gateways: string[]) =>
    virtualService(name, { hosts: names, gateways, http: [] }, LABEL);
  const gateways = (count: number) => times(count, (one) => `g${one}`);

  it.each<[string, KubeObject[]]>([
    ['VirtualServices', times(1251, (one) => at(`shop/v${one}`, ['a.example.com'], ['gw']))],
    [
      'hosts',
      [
        at(
          'shop/v',
          times(60_000, (one) => `h${one}.example.com`),
          ['gw'],
        ),
      ],
    ],
    ['pairs of host and gateway', [at('shop/v', ['*.example.com'], gateways(12_501))]],
  ])('is degraded if it has too many %s', (_what, objects) => {
    expect(reason(objects)).toMatchObject({
      reason: 'TooLarge',
      message: expect.stringMatching(
        /have too many hosts and gateways to tell where its 8 entries/,
      ),
    });
  });

  it.each<[string, KubeObject[]]>([
    [
      'a host that is named often counts once',
      [
        at(
          'shop/v',
          times(20_000, () => hosts[0] ?? ''),
          gateways(10_000),
        ),
      ],
    ],
    [
      'hosts of no entry have no pairs',
      [
        at(
          'shop/v',
          times(20_000, (one) => `h${one}.example.com`),
          gateways(20_000),
        ),
      ],
    ],
  ])('is not: %s', (_what, objects) => {
    expect(reason(objects)?.reason).not.toBe('TooLarge');
  });
});
