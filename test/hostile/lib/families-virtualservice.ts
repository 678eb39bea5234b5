import type { Family } from './families.ts';
import {
  byName,
  injection,
  map,
  nested,
  plannedInjection,
  route,
  times,
  virtualService,
} from './parts.ts';
import { METACONTROLLER_USER } from './service.ts';

const SYNC = '/route-injection/sync';
const CUSTOMIZE = '/route-injection/customize';
const ADMISSION = '/admission/virtualservices';

function syncBody(object: object, injections: ReturnType<typeof injection>[]) {
  return {
    controller: {},
    object,
    attachments: {},
    related: { 'RouteInjection.riskified.com/v1alpha1': byName(injections) },
    finalizing: false,
  };
}

/** Metacontroller's write of a plan with so many injections. */
function admissionBody(object: ReturnType<typeof virtualService>, injections: object[]) {
  const plan = JSON.stringify({ injections, notes: [] });
  const annotations = {
    ...Reflect.get(object.metadata, 'annotations'),
    'riskified.com/route-injections': plan,
  };
  const planned = { ...object, metadata: { ...object.metadata, annotations } };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'r1',
      operation: 'UPDATE',
      userInfo: { username: METACONTROLLER_USER },
      object: planned,
      oldObject: object,
      namespace: 'shop',
    },
  };
}

/** VirtualServices that grow. */
const OBJECTS: Record<
  string,
  { most: number; of: (size: number) => ReturnType<typeof virtualService> }
> = {
  routes: { most: 20_000, of: (n) => virtualService({ http: times(n, () => route()) }) },
  'routes with an entry': {
    most: 12_000,
    of: (n) =>
      virtualService({ http: times(n, (at) => route({ match: [{ uri: { prefix: `/${at}` } }] })) }),
  },
  'match entries': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [route({ match: times(n, (at) => ({ uri: { prefix: `/${at}` } })) })],
      }),
  },
  'headers of an entry': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            match: [
              {
                headers: map(
                  n,
                  (at) => `h${at}`,
                  () => ({ exact: 'a' }),
                ),
              },
            ],
          }),
        ],
      }),
  },
  'headers kept out': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            match: [
              {
                withoutHeaders: map(
                  n,
                  (at) => `h${at}`,
                  () => ({ exact: 'a' }),
                ),
              },
            ],
          }),
        ],
      }),
  },
  'spellings of a header': {
    most: 8000,
    of: (n) =>
      virtualService({
        http: [route({ match: [{ headers: map(n, spelling, (at) => ({ prefix: `env${at}` })) }] })],
      }),
  },
  'source labels': {
    most: 30_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            match: [
              {
                sourceLabels: map(
                  n,
                  (at) => `l${at}`,
                  () => 'a',
                ),
              },
            ],
          }),
        ],
      }),
  },
  destinations: {
    most: 20_000,
    of: (n) =>
      virtualService({
        http: [
          { route: times(n, (at) => ({ destination: { host: `h${at}`, subset: 'shared' } })) },
        ],
      }),
  },
  'subsets of the host': {
    most: 20_000,
    of: (n) =>
      virtualService({
        http: times(n, (at) => ({
          route: [{ destination: { host: 'backend', subset: `s${at}` } }],
        })),
      }),
  },
  'header operations': {
    most: 40_000,
    of: (n) =>
      virtualService({
        http: [
          route({
            headers: {
              response: {
                add: map(
                  n,
                  (at) => `h${at}`,
                  () => 'a',
                ),
              },
            },
          }),
        ],
      }),
  },
  'tcp and tls routes': {
    most: 10_000,
    of: (n) =>
      virtualService({
        tcp: times(n, () => ({ route: [{ destination: { host: 'backend' } }] })),
        tls: times(n, (at) => ({
          match: [{ sniHosts: [`h${at}`] }],
          route: [{ destination: { host: `h${at}` } }],
        })),
      }),
  },
  'routes of nobody': {
    most: 10_000,
    of: (n) =>
      virtualService({
        http: times(n, () => route({ name: `dynamic-environment-a-b-0123456789` })),
      }),
  },
  redirects: {
    most: 20_000,
    of: (n) => virtualService({ http: times(n, () => ({ redirect: { uri: '/' } })) }),
  },
  'hosts and gateways': {
    most: 20_000,
    of: (n) =>
      virtualService({
        hosts: times(n, (at) => `h${at}`),
        gateways: times(n, (at) => `g${at}`),
        http: [route()],
      }),
  },
  labels: {
    most: 20_000,
    of: (n) =>
      virtualService(
        { http: [route()] },
        {
          labels: map(
            n,
            (at) => `env.riskified.com/e${at}`,
            () => 'injected',
          ),
        },
      ),
  },
  annotations: {
    most: 20_000,
    of: (n) =>
      virtualService(
        { http: [route()] },
        {
          annotations: map(
            n,
            (at) => `a${at}`,
            () => 'b',
          ),
        },
      ),
  },
  'managed fields': {
    most: 20_000,
    of: (n) =>
      virtualService(
        { http: [route()] },
        {
          labels: map(
            100,
            (at) => `env.riskified.com/e${at}`,
            () => 'leaving',
          ),
          managedFields: [
            {
              manager: 'a',
              fieldsV1: {
                'f:metadata': {
                  'f:labels': map(
                    n,
                    (at) => `f:env.riskified.com/e${at}`,
                    () => ({}),
                  ),
                },
              },
            },
          ],
        },
      ),
  },
  'writers of fields': {
    most: 12_000,
    of: (n) =>
      virtualService(
        { http: [route()] },
        {
          labels: map(
            100,
            (at) => `env.riskified.com/e${at}`,
            () => 'leaving',
          ),
          managedFields: times(n, (at) => ({
            manager: `m${at}`,
            fieldsV1: { 'f:metadata': { 'f:labels': { 'f:env.riskified.com/e1': {} } } },
          })),
        },
      ),
  },
  'a long host': {
    most: 1_400_000,
    of: (n) =>
      virtualService({
        http: [{ route: [{ destination: { host: 'b'.repeat(n), subset: 'shared' } }] }],
      }),
  },
  'a long name of a route': {
    most: 1_400_000,
    of: (n) =>
      virtualService({ http: [route({ name: `dynamic-environment-${'-0'.repeat(n / 2)}` })] }),
  },
  'a long header': {
    most: 1_400_000,
    of: (n) =>
      virtualService({
        http: [route({ match: [{ headers: { ['u'.repeat(n)]: { exact: 'a' } } }] })],
      }),
  },
  'a long value': {
    most: 1_400_000,
    of: (n) =>
      virtualService({ http: [route({ headers: { response: { add: { a: '%'.repeat(n) } } } })] }),
  },
  'a long value of a header': {
    most: 1_400_000,
    of: (n) =>
      virtualService({
        http: [route({ match: [{ headers: { user: { prefix: 'e'.repeat(n) } } }] })],
      }),
  },
  'a long label': {
    most: 1_400_000,
    of: (n) =>
      virtualService({
        http: [route({ match: [{ sourceLabels: { ['a.'.repeat(n / 2)]: 'a-'.repeat(2) } }] })],
      }),
  },
  depth: { most: 200_000, of: (n) => virtualService({ http: [route({ fault: nested(n) })] }) },
  'depth of managed fields': {
    most: 100_000,
    of: (n) =>
      virtualService(
        { http: [route()] },
        { managedFields: [{ manager: 'a', fieldsV1: nested(n) }] },
      ),
  },
  'characters to escape': {
    most: 200_000,
    of: (n) => virtualService({ http: [route()] }, { annotations: { a: '\u0001'.repeat(n) } }),
  },
};

/** Names that only differ by case. */
function spelling(at: number): string {
  return [...'user-agent-name']
    .map((char, bit) => (at & (1 << bit) ? char.toUpperCase() : char))
    .join('');
}

const WIDE = {
  matches: times(16, (at) => ({
    headers: map(
      16,
      (header) => `x-${header}`,
      () => ({ prefix: `a${at}` }),
    ),
  })),
};
const SPELT = { matches: [{ headers: { 'user-agent-name': { exact: 'env1' } } }] };

/** Injections beside an object: few, many, wide ones. */
const CROWDS: Record<string, (plan: boolean) => (object | undefined)[]> = {
  'a few envs': () => times(3, () => undefined),
  'a hundred envs': () => times(100, () => undefined),
  'envs with 16 matches of 16 headers': (plan) => times(plan ? 6 : 40, () => WIDE),
  'envs that spell a header': (plan) => times(plan ? 100 : 200, () => SPELT),
};

const ROUTES = OBJECTS['routes with an entry'] ?? { of: () => virtualService({}) };

/** Injections that grow, beside a VirtualService of a few routes. */
const INJECTIONS: Record<string, { most: number; of: (at: number, size: number) => object }> = {
  'envs on a VirtualService': { most: 20_000, of: () => ({}) },
  'envs that contest the same requests': {
    most: 20_000,
    of: () => ({ matches: [{ headers: { user: { exact: 'a' } } }] }),
  },
  'envs with prefixes of one another': {
    most: 4000,
    of: (at) => ({ matches: [{ headers: { user: { prefix: 'a'.repeat(1 + (at % 1000)) } } }] }),
  },
  'envs with many headers': {
    most: 2000,
    of: (at) => ({
      matches: [
        {
          headers: map(
            16,
            (header) => `x-${(header * 7 + at) % 20}`,
            () => ({ prefix: 'a' }),
          ),
        },
      ],
    }),
  },
  'envs with many matches': {
    most: 4000,
    of: (at) => ({
      matches: times(16, (match) => ({ headers: { [`x-${match}`]: { prefix: `${at % 10}` } } })),
    }),
  },
  'envs without a DestinationRule': { most: 20_000, of: () => ({ from: [] }) },
  'envs that wait': { most: 20_000, of: () => ({ active: false }) },
  'envs that leave': { most: 20_000, of: () => ({ active: false, leaving: true }) },
  'envs with many subsets to come from': {
    most: 3000,
    of: (_at, size) => ({ from: times(Math.min(size, 200), (one) => `s${one}`) }),
  },
  'source labels of envs': {
    most: 10_000,
    of: (at) => ({
      matches: [{ sourceLabels: { app: `a${at}` }, headers: { user: { exact: `${at % 3}` } } }],
    }),
  },
};

/** One injection that is larger than any that the API server takes. */
const MONSTERS: Record<string, { most: number; spec: (size: number) => object }> = {
  'headers of a match': {
    most: 30_000,
    spec: (n) => ({
      matches: [
        {
          headers: map(
            n,
            (at) => `h${at}`,
            () => ({ exact: 'a' }),
          ),
        },
      ],
    }),
  },
  'a text in place of headers': {
    most: 1_400_000,
    spec: (n) => ({ matches: [{ headers: 'a'.repeat(n) }] }),
  },
  'a text in place of a match': { most: 1_400_000, spec: (n) => ({ matches: ['a'.repeat(n)] }) },
  'matches of an env': {
    most: 30_000,
    spec: (n) => ({ matches: times(n, (at) => ({ headers: { user: { exact: `a${at}` } } })) }),
  },
  'source labels of a match': {
    most: 30_000,
    spec: (n) => ({
      matches: [
        {
          sourceLabels: map(
            n,
            (at) => `l${at}`,
            () => 'a',
          ),
        },
      ],
    }),
  },
  'subsets to come from': { most: 100_000, spec: (n) => ({ from: times(n, (at) => `s${at}`) }) },
  'a long name of an env': { most: 1_400_000, spec: (n) => ({ env: 'e'.repeat(n) }) },
  'a long host of an env': { most: 1_400_000, spec: (n) => ({ host: 'e'.repeat(n) }) },
  'depth of a match': {
    most: 100_000,
    spec: (n) => ({ matches: [{ headers: { user: nested(n) } }] }),
  },
};

export const VIRTUALSERVICE_FAMILIES: readonly Family[] = [
  ...Object.entries(OBJECTS).flatMap(([name, { most, of }]): Family[] => [
    {
      name: `customize: ${name}`,
      url: CUSTOMIZE,
      most,
      body: (n) => ({ controller: {}, parent: of(n) }),
    },
    ...Object.entries(CROWDS).flatMap(([crowd, specs]): Family[] => [
      {
        name: `sync: ${name}, ${crowd}`,
        url: SYNC,
        most,
        body: (n) =>
          syncBody(
            of(n),
            specs(false).map((spec, at) => injection(at, spec)),
          ),
      },
      {
        name: `admission: ${name}, ${crowd}`,
        url: ADMISSION,
        most,
        body: (n) =>
          admissionBody(
            of(n),
            specs(true).map((spec, at) => plannedInjection(at, spec)),
          ),
      },
    ]),
  ]),
  ...Object.entries(INJECTIONS).flatMap(([name, { most, of }]): Family[] => {
    const plan = (n: number) => times(Math.min(n, 20_000), (at) => plannedInjection(at, of(at, n)));
    return [
      {
        name: `sync: ${name}`,
        url: SYNC,
        most,
        body: (n) =>
          syncBody(
            ROUTES.of(3),
            times(n, (at) => injection(at, of(at, n))),
          ),
      },
      {
        name: `sync: ${name}, 2,000 routes`,
        url: SYNC,
        most,
        body: (n) =>
          syncBody(
            ROUTES.of(2000),
            times(n, (at) => injection(at, of(at, n))),
          ),
      },
      {
        name: `admission: ${name}`,
        url: ADMISSION,
        most: Math.min(most, 5000),
        body: (n) => admissionBody(ROUTES.of(3), plan(n)),
      },
      {
        name: `admission: ${name}, 2,000 routes`,
        url: ADMISSION,
        most: Math.min(most, 5000),
        body: (n) => admissionBody(ROUTES.of(2000), plan(n)),
      },
    ];
  }),
  ...Object.entries(MONSTERS).flatMap(([name, { most, spec }]): Family[] => [
    {
      name: `sync: ${name}`,
      url: SYNC,
      most,
      body: (n) => syncBody(ROUTES.of(3), [injection(0, spec(n)), injection(1)]),
    },
    {
      name: `admission: ${name}`,
      url: ADMISSION,
      most,
      body: (n) => admissionBody(ROUTES.of(3), [plannedInjection(0, spec(n)), plannedInjection(1)]),
    },
  ]),
];
