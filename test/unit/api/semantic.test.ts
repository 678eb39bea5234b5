import { describe, expect, test } from '@jest/globals';
import type { DynamicEnv, DynamicEnvSpec, Workload } from '../../../src/api/dynamicenv.ts';
import { type SemanticSettings, semanticRefusals } from '../../../src/api/semantic.ts';

const backend: Workload = { name: 'backend', namespace: 'shop', containers: [{ image: 'x' }] };
const SETTINGS: SemanticSettings = {
  versionLabel: 'version',
  defaultVersion: 'shared',
  allowedHeaderNames: [],
  subsetName: 'my-env',
};

function refusals(spec: Partial<DynamicEnvSpec>, settings: Partial<SemanticSettings> = {}) {
  const istioMatches = [{ headers: { user: { exact: 'me' } } }];
  const env: DynamicEnv = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'my-env' },
    spec: { istioMatches, ...spec },
  };
  return semanticRefusals(env, { ...SETTINGS, ...settings });
}

test('a valid env is accepted', () => {
  const podLabels = { team: 'a', 'riskified.com/team': 'b', 'dynamic-env-x': 'c' };
  const spec: Partial<DynamicEnvSpec> = {
    istioMatches: [
      { headers: { user: { exact: 'me' }, 'x-user': { exact: 'me' } } },
      { headers: { User: { exact: 'you' } } },
      { sourceLabels: { app: 'a' } },
    ],
    subsets: [
      { ...backend, podLabels },
      { ...backend, namespace: 'other' },
    ],
    consumers: [{ ...backend, name: 'worker' }],
  };
  expect(refusals(spec)).toEqual([]);
  expect(refusals({})).toEqual([]);
});

describe('a Deployment is cloned only once', () => {
  const message = (place: string) =>
    `Deployment shop/backend is listed at ${place}, too: it can have one clone only, take one out`;

  test('not both as a subset and as a consumer', () => {
    const consumers = [{ ...backend, namespace: 'other' }, backend];
    const path = 'spec.consumers[1]';
    expect(refusals({ subsets: [backend], consumers })).toEqual([
      { reason: 'Duplicate', path, message: message('spec.subsets[0]') },
    ]);
  });

  test('not three times, even in clusters whose CRD does not check it', () => {
    const subsets = [{ ...backend, name: 'a' }, backend, backend, backend];
    expect(refusals({ subsets })).toEqual([
      { reason: 'Duplicate', path: 'spec.subsets[2]', message: message('spec.subsets[1]') },
      { reason: 'Duplicate', path: 'spec.subsets[3]', message: message('spec.subsets[1]') },
    ]);
  });
});

describe('podLabels may not set', () => {
  test.each([
    'version',
    'dynamic-env',
    'controller-uid',
    'riskified.com/host',
    'env.riskified.com/x',
  ])('%s', (key) => {
    const consumers = [{ ...backend, podLabels: { a: 'b', [key]: 'c' } }];
    expect(refusals({ consumers })).toEqual([
      {
        reason: 'Forbidden',
        path: `spec.consumers[0].podLabels[${key}]`,
        message: `label ${key} is reserved: this system sets it itself. Remove it`,
      },
    ]);
  });

  test('the version label that the administrator has configured', () => {
    const subsets = [backend, { ...backend, name: 'a', podLabels: { version: 'a', stage: 'b' } }];
    const paths = refusals({ subsets }, { versionLabel: 'stage' }).map(({ path }) => path);
    expect(paths).toEqual(['spec.subsets[1].podLabels[stage]']);
  });
});

describe('header names', () => {
  const one = { exact: 'a' };

  test('must differ by more than case', () => {
    const istioMatches = [
      { headers: { a: one } },
      { headers: { 'X-User': one, b: one, 'x-user': one, 'X-USER': one } },
    ];
    const message =
      'is the same header as X-User, since header names ignore case: remove one of them';
    expect(refusals({ istioMatches })).toEqual([
      { reason: 'Duplicate', path: 'spec.istioMatches[1].headers[x-user]', message },
      { reason: 'Duplicate', path: 'spec.istioMatches[1].headers[X-USER]', message },
    ]);
  });

  test("must be in the administrator's list, if there is one", () => {
    const istioMatches = [{ headers: { 'X-Env': one, user: one } }, { headers: { a: one } }];
    const message = 'the administrator allows these headers only: x-env, x-team';
    expect(refusals({ istioMatches }, { allowedHeaderNames: ['x-env', 'x-team'] })).toEqual([
      { reason: 'Forbidden', path: 'spec.istioMatches[0].headers[user]', message },
      { reason: 'Forbidden', path: 'spec.istioMatches[1].headers[a]', message },
    ]);
  });

  test('that list does not limit cookies, baggage members, query parameters and refs', () => {
    const pair = { name: 'a', key: 'a', exact: 'b' };
    const istioMatches = [
      { cookie: pair },
      { baggage: pair },
      { queryParams: { a: one } },
      { headers: { 'x-env': one }, cookie: pair },
    ];
    expect(refusals({ istioMatches, ref: 'mp-101' }, { allowedHeaderNames: ['x-env'] })).toEqual(
      [],
    );
  });

  test('may be those that carry refs', () => {
    const istioMatches = [{ headers: { 'x-service-route': one, 'x-source-route': one } }];
    expect(refusals({ istioMatches })).toEqual([]);
  });

  test('names of query parameters may differ by case only', () => {
    expect(refusals({ istioMatches: [{ queryParams: { a: one, A: one } }] })).toEqual([]);
  });

  test('an env may have a ref only', () => {
    const { subsets = [], consumers = [] }: DynamicEnvSpec = { subsets: [backend, backend] };
    const env = { apiVersion: 'x', kind: 'DynamicEnv', metadata: { name: 'a' } };
    const spec = { ref: 'a', subsets, consumers };
    expect(semanticRefusals({ ...env, spec }, SETTINGS)).toMatchObject([{ reason: 'Duplicate' }]);
  });
});

describe("headers that are in everybody's requests", () => {
  const names = ['user-agent', 'Accept-Language', 'x-request-id', 'X-B3-TraceId', 'cookie', 'user'];
  const istioMatches = names.map((name) => ({ headers: { [name]: { prefix: 'a' } } }));
  const refusedOnes = (settings: Partial<SemanticSettings>) =>
    refusals({ istioMatches }, settings).map(({ path }) => path?.replace(/^.*\[(.*)\]$/, '$1'));

  test('are refused, and the error has the name and the remedy', () => {
    expect(refusals({ istioMatches: istioMatches.slice(0, 1) })).toEqual([
      {
        reason: 'Forbidden',
        path: 'spec.istioMatches[0].headers[user-agent]',
        message:
          "everybody's requests carry it: match a header that only yours carry, or ask the administrator to allow it (allowed-common-headers)",
      },
    ]);
    expect(refusedOnes({})).toEqual(names.slice(0, 4));
  });

  test('are accepted if the administrator allows them, and if the env has had them already', () => {
    expect(refusedOnes({ allowedCommonHeaders: ['user-agent', 'x-b3-traceid'] })).toEqual([
      'Accept-Language',
      'x-request-id',
    ]);
    const inEffect = { headerNames: new Set(['accept-language']), replicas: new Map() };
    expect(refusedOnes({ inEffect })).not.toContain('Accept-Language');
    const all = names.map((name) => name.toLowerCase());
    expect(refusedOnes({ allowedHeaderNames: all })).toEqual([]);
  });
});

describe('the number of pods', () => {
  const of = (replicas: number, settings: Partial<SemanticSettings>) =>
    refusals({ subsets: [{ ...backend, replicas }] }, settings);
  const has = (count: number) => ({
    headerNames: new Set<string>(),
    replicas: new Map([['shop/backend', count]]),
  });

  test('is limited, and the error has the path of the workload', () => {
    expect(of(21, { maxReplicas: 20 })).toEqual([
      {
        reason: 'Forbidden',
        path: 'spec.subsets[0].replicas',
        message:
          '21 pods are asked for, but the administrator allows 20: lower it, or ask the administrator',
      },
    ]);
    expect(of(20, { maxReplicas: 20 })).toEqual([]);
  });

  test('is unlimited without a limit, and an existing number stays valid if a limit is introduced later', () => {
    expect(of(1000, { maxReplicas: 0 })).toEqual([]);
    expect(of(30, { maxReplicas: 20, inEffect: has(30) })).toEqual([]);
    expect(of(31, { maxReplicas: 20, inEffect: has(30) })).toHaveLength(1);
  });
});

describe("the env's name must not be a default version", () => {
  const refused = (name: string, place: string) => ({
    reason: 'Forbidden',
    path: 'metadata.name',
    message: `"${name}" is the default version of the Deployment at ${place}: give the DynamicEnv another name`,
  });

  test('of what is in scope', () => {
    const scope = [{ namespace: 'shop' }];
    const spec = { vars: { A: '1' }, scope };
    expect(refusals(spec, { subsetName: 'shared' })).toEqual([
      {
        reason: 'Forbidden',
        path: 'metadata.name',
        message:
          '"shared" is the default version of the Deployments that spec.scope selects: give the DynamicEnv another name',
      },
    ]);
    expect(refusals(spec)).toEqual([]);
  });

  test('of the cluster', () => {
    const subsets = [{ ...backend, defaultVersion: 'v1' }];
    const consumers = [{ ...backend, name: 'worker' }];
    expect(refusals({ subsets, consumers }, { subsetName: 'shared' })).toEqual([
      refused('shared', 'spec.consumers[0]'),
    ]);
  });

  test('of a workload', () => {
    const subsets = [backend, { ...backend, name: 'a', defaultVersion: 'v1' }];
    expect(refusals({ subsets }, { subsetName: 'v1' })).toEqual([refused('v1', 'spec.subsets[1]')]);
    expect(refusals({ subsets: subsets.slice(1) }, { subsetName: 'shared' })).toEqual([]);
  });
});

test('all errors are reported together: matches, then Deployments, labels and the name', () => {
  const reasons = refusals(
    {
      istioMatches: [{ headers: { a: { exact: 'a' } } }],
      subsets: [{ ...backend, podLabels: { version: 'a' } }, backend],
    },
    { allowedHeaderNames: ['b'], subsetName: 'shared' },
  ).map(({ path }) => path);
  expect(reasons).toEqual([
    'spec.istioMatches[0].headers[a]',
    'spec.subsets[1]',
    'spec.subsets[0].podLabels[version]',
    'metadata.name',
    'metadata.name',
  ]);
});

describe("the administrator's rules on life time and owner", () => {
  const of = (spec: Partial<DynamicEnvSpec>, settings: Partial<SemanticSettings>) =>
    refusals({ subsets: [backend], ...spec }, settings);
  const living = { headerNames: new Set<string>(), replicas: new Map<string, number>() };

  test.each([
    ['shorter', { ttl: '1d' }],
    ['as long, in other units', { ttl: '168h' }],
    ['as long, in seconds and minutes', { ttl: '6d23h59m60s' }],
  ])('a ttl that is %s is accepted', (_name, spec) => {
    expect(of(spec, { maxTtl: '7d' })).toEqual([]);
  });

  test('a longer one is refused, and so is none', () => {
    expect(of({ ttl: '169h' }, { maxTtl: '7d' })).toEqual([
      {
        reason: 'Forbidden',
        path: 'spec.ttl',
        message:
          '169h is asked for, but the administrator allows 7d: shorten it, or ask the administrator; the annotation riskified.com/renewed-at starts it anew',
      },
    ]);
    expect(of({}, { maxTtl: '7d' })).toEqual([
      {
        reason: 'Required',
        path: 'spec.ttl',
        message:
          'the administrator requires a life time of at most 7d: add one, or ask the administrator',
      },
    ]);
  });

  test('an owner', () => {
    expect(of({ owner: 'a' }, { requireOwner: true })).toEqual([]);
    expect(of({}, { requireOwner: true })).toEqual([
      {
        reason: 'Required',
        path: 'spec.owner',
        message:
          'the administrator requires an owner: write whom to ask about this environment, for example a team or an address',
      },
    ]);
  });

  test('without rules anything goes, and an env with children keeps what it has', () => {
    expect(of({ ttl: '99999d' }, {})).toEqual([]);
    expect(of({}, { maxTtl: '', requireOwner: false })).toEqual([]);
    const rules = { maxTtl: '7d', requireOwner: true };
    expect(of({}, { ...rules, inEffect: { ...living, isLiving: true } })).toEqual([]);
    expect(of({}, { ...rules, inEffect: living })).toHaveLength(2);
  });
});
