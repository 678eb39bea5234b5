import { describe, expect, test } from '@jest/globals';
import type {
  VirtualEnvironment,
  VirtualEnvironmentSpec,
} from '../../../src/api/virtualenvironment.ts';
import { readCalls } from '../../../src/cli/trace/calls.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { trace } from '../../../src/trace/trace.ts';
import type { Hop } from '../../../src/trace/types.ts';
import { destinationRule, to, virtualService } from '../istio/builders.ts';

const UID = 'uid-of-the-environment';
const OWNER = {
  apiVersion: 'env.alibaba.com/v1alpha2',
  kind: 'VirtualEnvironment',
  name: 'levels',
  uid: UID,
  controller: true,
};

function environment(
  spec: VirtualEnvironmentSpec,
  more: Partial<VirtualEnvironment['metadata']> = {},
): VirtualEnvironment {
  const metadata = { name: 'levels', namespace: 'shop', uid: UID, ...more };
  const status = { services: [{ name: 'a', message: 'a VirtualService is in the way' }] };
  return { apiVersion: OWNER.apiVersion, kind: OWNER.kind, metadata, spec, status };
}

interface Given {
  ready?: number;
  annotations?: Record<string, string>;
  kind?: string;
}

function workload(value: string, { ready = 1, annotations, kind = 'Deployment' }: Given = {}) {
  const labels = { app: 'a', 'virtual-env': value };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name: `a-${value.replaceAll('.', '-')}`,
      namespace: 'shop',
      ...(annotations ? { annotations } : {}),
    },
    spec: { replicas: 1, template: { metadata: { labels } } },
    status: { replicas: 1, readyReplicas: ready, updatedReplicas: 1 },
  };
}

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', namespace: 'shop' },
  spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80 }] },
};
const subsetOf = (value: string) => value.replaceAll('.', '-');

const rule = (...values: string[]) =>
  destinationRule('shop/a', {
    host: 'a',
    subsets: values.map((value) => ({ name: subsetOf(value), labels: { 'virtual-env': value } })),
  });

const header = (name: string, value: string): HTTPRoute => ({
  match: [
    { headers: { [name]: { exact: value } }, port: 80 },
    { headers: { [name]: { prefix: `${value}.` } }, port: 80 },
  ],
  route: [to('a', subsetOf(value))],
});
const injection = (value: string, subset: string): HTTPRoute => ({
  match: [
    {
      withoutHeaders: { 'X-Virtual-Env': {} },
      sourceLabels: { 'virtual-env': value },
      sourceNamespace: 'shop',
    },
  ],
  headers: { request: { set: { 'X-Virtual-Env': value } } },
  route: [to('a', subset)],
});
const otherwise = (subset?: string): HTTPRoute => ({ route: [to('a', subset)] });

function routes(...http: HTTPRoute[]) {
  const vs = virtualService('shop/a', { hosts: ['a'], http });
  return { ...vs, metadata: { ...vs.metadata, ownerReferences: [OWNER] } };
}

interface Case {
  headers?: string[];
  labels?: Record<string, string>;
  objects: KubeObject[];
  calls?: string[];
}

function hops({ headers = [], labels = {}, objects, calls = ['http://a/'] }: Case): Hop[] {
  const caller = { kind: 'pod', gateway: 'mesh', namespace: 'shop', labels } as const;
  const snapshot = meshSnapshot([SERVICE, ...objects], 'cluster.local');
  return trace(readCalls(calls, headers), caller, snapshot, []).hops;
}

const version = (given: Case) => hops(given)[0]?.version;

/** Versions dev and dev.p1; dev is the default. */
const SPEC = { envHeader: { autoInject: true }, envLabel: { defaultSubset: 'dev' } };
const TWO = [environment(SPEC), workload('dev'), workload('dev.p1'), rule('dev', 'dev.p1')];
const MAIN = 'X-Virtual-Env';
const ROUTED = routes(
  header(MAIN, 'dev.p1'),
  header(MAIN, 'dev'),
  injection('dev.p1', 'dev-p1'),
  otherwise('dev'),
);

describe('which version is asked for, and which one answers', () => {
  test.each<[string, Case, object]>([
    [
      'its own',
      { headers: [`${MAIN}: dev.p1`], objects: [...TWO, ROUTED] },
      {
        asked: 'dev.p1',
        header: MAIN,
        answers: 'dev.p1',
        reason: 'asked',
        passed: [],
        why: 'dev.p1 is asked for by header X-Virtual-Env and answers',
      },
    ],
    [
      'the nearest one above',
      { headers: ['x-virtual-env: dev.p1.f'], objects: [...TWO, ROUTED] },
      { asked: 'dev.p1.f', answers: 'dev.p1', reason: 'above' },
    ],
    [
      'the default, because nothing fits',
      { headers: [`${MAIN}: qa`], objects: [...TWO, ROUTED] },
      {
        asked: 'qa',
        answers: 'dev',
        reason: 'default',
        passed: [
          { version: 'qa', reason: 'no-pods', why: 'Service a has no pods of this version' },
        ],
        why: 'qa is asked for by header X-Virtual-Env; dev answers, the default of VirtualEnvironment shop/levels',
      },
    ],
    [
      'no header',
      { objects: [...TWO, ROUTED] },
      {
        answers: 'dev',
        reason: 'default',
        passed: [],
        why: 'no version is asked for; dev answers, the default of VirtualEnvironment shop/levels',
      },
    ],
    [
      'no header, and the caller has a version',
      { labels: { 'virtual-env': 'dev.p1' }, objects: [...TWO, ROUTED] },
      {
        asked: 'dev.p1',
        header: MAIN,
        isInjected: true,
        answers: 'dev.p1',
        reason: 'asked',
        why: 'the request gets header X-Virtual-Env with the version of its caller, dev.p1; dev.p1 answers',
      },
    ],
    [
      'no default: all pods',
      {
        objects: [environment({}), ...TWO.slice(1), routes(header(MAIN, 'dev.p1'), otherwise())],
      },
      {
        reason: 'any',
        why: 'no version is asked for; VirtualEnvironment shop/levels has no default for Service shop/a, so all its pods answer',
      },
    ],
    [
      'one version only: no routes are needed',
      { headers: [`${MAIN}: dev.p1`], objects: [environment({}), workload('dev')] },
      { asked: 'dev.p1', answers: 'dev', reason: 'above' },
    ],
    [
      'the same, and another version is asked for',
      { headers: [`${MAIN}: qa`], objects: [environment({}), workload('dev')] },
      {
        answers: 'dev',
        reason: 'only',
        why: 'qa is asked for by header X-Virtual-Env; dev answers: Service shop/a has no other version',
      },
    ],
    [
      'routes of somebody else',
      {
        headers: [`${MAIN}: dev.p1`],
        objects: [...TWO, virtualService('shop/a', { hosts: ['a'], http: [otherwise('dev')] })],
      },
      {
        answers: 'dev',
        reason: 'others',
        passed: [],
        why: 'no version is asked for; routes of somebody else decide, not those of VirtualEnvironment shop/levels',
      },
    ],
  ])('%s', (_, given, expected) => {
    expect(version(given)).toMatchObject({
      virtualEnvironment: 'shop/levels',
      service: 'shop/a',
      ...expected,
    });
  });

  test('the empty header counts as none', () => {
    expect(version({ headers: [`${MAIN}:`], objects: [...TWO, ROUTED] })).not.toHaveProperty(
      'asked',
    );
  });
});

describe('aliases', () => {
  const aliases = [
    { name: 'x-plain', pattern: '' },
    { name: 'x-long', pattern: 'env=(@)' },
  ];
  const env = environment({ ...SPEC, envHeader: { aliases } });
  const long: HTTPRoute = {
    match: [{ headers: { 'x-long': { regex: 'env=dev\\.p1' } } }],
    route: [to('a', 'dev-p1')],
  };
  const objects = [
    env,
    ...TWO.slice(1),
    routes(header(MAIN, 'dev'), header('x-plain', 'dev.p1'), long, otherwise('dev')),
  ];

  test.each<[string, string[], object]>([
    [
      'the whole value',
      ['X-Plain: dev.p1.f'],
      { asked: 'dev.p1.f', header: 'x-plain', answers: 'dev.p1', reason: 'above' },
    ],
    ['the main header comes first', [`${MAIN}: dev`, 'x-plain: dev.p1'], { asked: 'dev' }],
    [
      'a part of the value: only the proxy knows which',
      ['x-long: env=dev.p1'],
      {
        header: 'x-long',
        answers: 'dev.p1',
        why: 'a version is asked for by header x-long; dev.p1 answers',
      },
    ],
  ])('%s', (_, headers, expected) => {
    expect(version({ headers, objects })).toMatchObject(expected);
  });
});

describe('why a nearer version does not answer', () => {
  const asked = [`${MAIN}: dev.p1`];
  const falls = routes(header(MAIN, 'dev'), otherwise('dev'));
  const among = (...objects: KubeObject[]) => ({
    headers: asked,
    objects: [environment(SPEC), workload('dev'), rule('dev', 'dev.p1'), falls, ...objects],
  });

  test.each<[string, KubeObject[], string, string]>([
    ['no pods', [], 'no-pods', 'Service a has no pods of this version'],
    [
      'a StatefulSet without ready pods',
      [workload('dev.p1', { ready: 0, kind: 'StatefulSet' })],
      'not-ready',
      'none of its pods is ready',
    ],
    [
      'announced',
      [workload('dev.p1', { annotations: { 'riskified.com/leaving': 'true' } })],
      'leaving',
      'it is about to leave (riskified.com/leaving, or deleted)',
    ],
    [
      'not routed; the status has a message',
      [workload('dev.p1')],
      'not-routed',
      'its routes are not there yet: a VirtualService is in the way',
    ],
  ])('%s', (_, objects, reason, why) => {
    expect(version(among(...objects))?.passed).toEqual([{ version: 'dev.p1', reason, why }]);
  });
});

test('a namespace without a VirtualEnvironment', () => {
  expect(version({ objects: [...TWO.slice(1), ROUTED] })).toBeUndefined();
});

test('of two VirtualEnvironments the oldest counts', () => {
  const young = environment(
    { envHeader: { name: 'other' } },
    { name: 'a', uid: 'young', creationTimestamp: '2026-02-01T00:00:00Z' },
  );
  const old = environment(SPEC, { creationTimestamp: '2026-01-01T00:00:00Z' });
  const objects = [young, old, ...TWO.slice(1), ROUTED];
  expect(version({ headers: [`${MAIN}: dev.p1`], objects })).toMatchObject({ header: MAIN });
});

test('clones of envs are no versions', () => {
  const clone = workload('dev.p2');
  const labels = { 'dynamic-env': 'true' };
  const objects = [
    ...TWO,
    ROUTED,
    { ...clone, metadata: { ...clone.metadata, labels } } as KubeObject,
  ];
  const found = version({ headers: [`${MAIN}: dev.p2`], objects });
  expect(found?.passed[0]?.reason).toBe('no-pods');
});

test('the header that a request gets is on the next hops, too; one that it has stays', () => {
  const objects = [...TWO, ROUTED];
  const labels = { 'virtual-env': 'dev.p1' };
  const calls = ['http://a/', 'http://a/'];
  const got = (given: Partial<Case>) =>
    hops({ objects, labels, calls, ...given }).map(({ request }) => request.headers);
  expect(got({})).toEqual([{}, { 'x-virtual-env': 'dev.p1' }]);
  const other = { 'x-virtual-env': 'dev' };
  expect(got({ headers: [`${MAIN}: dev`] })).toEqual([other, other]);
});
