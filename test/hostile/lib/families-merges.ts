import { targetLabelValue } from '../../../src/api/merged-route-name.ts';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import type { Family } from './families.ts';
import { ADMISSION, admissionBody, SYNC, syncBody } from './families-virtualservice.ts';
import { MERGE_PATCHES } from './merge-patches.ts';
import { byName, CREATED, injection, map, nested, route, times, virtualService } from './parts.ts';
import { GROWING_OBJECTS } from './virtualservice-objects.ts';
import { GROWING_ROUTES } from './virtualservice-routes.ts';

const MERGE_CUSTOMIZE = '/virtual-service-merge/customize';
const MERGE_SYNC = '/virtual-service-merge/sync';
const MERGE_ADMISSION = '/admission/virtualservicemerges';
const MERGES = `VirtualServiceMerge.${MERGE_GROUPS[0]}/v1alpha1`;
const TARGET = 'VirtualService.networking.istio.io/v1';
const TARGET_LABEL = 'riskified.com/target';

/** A merge of shop/backend. */
export function merge(index: number, patch: object, metadata: object = {}) {
  return {
    apiVersion: `${MERGE_GROUPS[0]}/v1alpha1`,
    kind: 'VirtualServiceMerge',
    metadata: {
      name: `m${index}`,
      namespace: 'shop',
      uid: `u${index}`,
      generation: 1,
      creationTimestamp: CREATED,
      labels: { [TARGET_LABEL]: targetLabelValue('shop/backend') },
      ...metadata,
    },
    spec: { target: { name: 'backend', namespace: 'shop' }, patch },
  };
}

/** A merge with one tcp route. */
function streams(index: number, match: object) {
  const destination = { host: 'backend' };
  return merge(index, { tcp: [{ match: [match], route: [{ destination }] }] });
}

/** The merge as a plan has it. */
function planned(index: number, { http, tcp, tls }: Record<string, unknown>) {
  return {
    created: CREATED,
    generation: 1,
    group: MERGE_GROUPS[0],
    ...(http === undefined ? {} : { http }),
    name: `m${index}`,
    namespace: 'shop',
    ...(tcp === undefined ? {} : { tcp }),
    ...(tls === undefined ? {} : { tls }),
    uid: `u${index}`,
  };
}

type Target = ReturnType<typeof virtualService>;

const target = (metadata: object = {}, spec: object = {}) =>
  virtualService({ http: [route({ name: 'stable' })], ...spec }, metadata);

function decorated(object: Target, merges: ReturnType<typeof merge>[], envs = 0) {
  const body = syncBody(
    object,
    times(envs, (at) => injection(at)),
  );
  return { ...body, related: { ...body.related, [MERGES]: byName(merges) } };
}

function withPlan(object: Target, plan: object): Target {
  const text = JSON.stringify({ injections: [], notes: [], ...plan });
  const before = Reflect.get(object.metadata, 'annotations') as object | undefined;
  const annotations = { ...before, 'riskified.com/route-injections': text };
  return { ...object, metadata: { ...object.metadata, annotations } as Target['metadata'] };
}

/** A write of Metacontroller with this plan; `before`: the plan that the VirtualService had. */
function written(object: Target, plan: object, before: object) {
  const body = admissionBody(object, []);
  const { request } = body;
  return {
    ...body,
    request: { ...request, object: withPlan(object, plan), oldObject: withPlan(object, before) },
  };
}

function merged(object: ReturnType<typeof merge>, at: Target) {
  return {
    controller: {},
    object,
    attachments: {},
    related: { [TARGET]: { 'shop/backend': at } },
    finalizing: false,
  };
}

const trial = (versions: string[]) => ({ at: '2026-01-01T11:59:59Z', times: 1, versions });
const OBJECTS = { ...GROWING_ROUTES, ...GROWING_OBJECTS };
const FEW = { http: [route({ name: 'x-5', match: [{ uri: { prefix: '/x' } }] })] };
const STREAMS = {
  tcp: [{ match: [{ port: 5432 }], route: [{ destination: { host: 'backend' } }] }],
  tls: [{ match: [{ sniHosts: ['backend'] }], route: [{ destination: { host: 'backend' } }] }],
};
const named = (at: number) => ({
  http: [route({ name: 'same', match: [{ headers: { user: { exact: `u${at}` } } }] })],
});

/** Many merges for one target, or merges of a strange kind. */
const CROWDS: Record<string, { most: number; sync: (n: number) => object }> = {
  'small merges': {
    most: 20_000,
    sync: (n) =>
      decorated(
        target(),
        times(n, (at) => merge(at, named(at))),
        10,
      ),
  },
  'merges without routes': {
    most: 20_000,
    sync: (n) =>
      decorated(
        target(),
        times(n, (at) => merge(at, {})),
      ),
  },
  'invalid merges': {
    most: 20_000,
    sync: (n) =>
      decorated(
        target(),
        times(n, (at) => merge(at, { http: [{ name: `r${at}`, wrong: null }] })),
      ),
  },
  'merges of other namespaces, many allowed': {
    most: 15_000,
    sync: (n) =>
      decorated(
        target({ annotations: { 'riskified.com/merge-from': ', a'.repeat(n * 5) } }),
        times(n, (at) => merge(at, named(at), { namespace: `other-${at}` })),
      ),
  },
  'merges of one name and uid': {
    most: 20_000,
    sync: (n) =>
      decorated(
        target(),
        times(n, (at) =>
          merge(at, named(at), { uid: at % 2 === 0 ? '' : 'u', generation: 2 ** 53 }),
        ),
      ),
  },
  'merges whose regexes take long to compile': {
    most: 3000,
    sync: (n) =>
      decorated(
        target(),
        times(n, (at) =>
          merge(at, {
            http: times(3, (one) => ({
              ...route({ name: `r${one}` }),
              match: [{ uri: { regex: `(a${at}x${one}|[b-y]){40}.{${300 + one}}` } }],
            })),
          }),
        ),
      ),
  },
  'merges with streams': {
    most: 10_000,
    sync: (n) =>
      decorated(
        target({}, STREAMS),
        times(n, (at) =>
          streams(at, { port: 1 + (at % 60_000), destinationSubnets: [`10.${at % 250}.0.0/16`] }),
        ),
      ),
  },
  'merges with overlapping subnets': {
    most: 300,
    sync: (n) =>
      decorated(
        target({}, STREAMS),
        times(n, (at) =>
          streams(at, {
            destinationSubnets: ['10.0.0.0/8', `10.${at % 250}.0.0/16`, '10.0.1.0/24'],
          }),
        ),
      ),
  },
  'merges with claims of one precedence': {
    most: 5000,
    sync: (n) =>
      decorated(
        target(),
        times(n, (at) =>
          merge(at, { http: [route({ name: `a-${'9'.repeat(18)}`, match: [{ port: at + 1 }] })] }),
        ),
      ),
  },
};

/** Plans that Metacontroller's user writes; another version, or a person with its rights, may have made them. */
const PLANS: Record<string, { most: number; plan: (n: number) => object }> = {
  'planned merges': {
    most: 5000,
    plan: (n) => ({ merges: times(n, (at) => planned(at, named(at))) }),
  },
  'planned merges of one uid': {
    most: 5000,
    plan: (n) => ({ merges: times(n, (at) => ({ ...planned(at, FEW), uid: 'u' })) }),
  },
  'planned regexes': {
    most: 3000,
    plan: (n) => ({
      merges: times(n, (at) =>
        planned(at, {
          http: [{ ...route(), match: [{ uri: { regex: `p${at}(a{30}|[b-y]){30}` } }] }],
        }),
      ),
    }),
  },
  'planned streams': {
    most: 3000,
    plan: (n) => ({ merges: times(n, (at) => planned(at, { ...STREAMS, http: [route()] })) }),
  },
  'notes of merges': {
    most: 10_000,
    plan: (n) => ({
      merges: [planned(0, FEW)],
      mergeNotes: times(n, (at) => ({
        uid: `u${at}`,
        generation: 1,
        message: 'a message',
        reason: 'TakesAll',
      })),
    }),
  },
  'versions on trial': {
    most: 40_000,
    plan: (n) => ({
      merges: [planned(0, FEW)],
      mergeTrial: trial(times(n, (at) => `u${at}@1`)),
      mergeSuspects: times(n, (at) => `u${at}@1`),
    }),
  },
  'refused versions': {
    most: 10_000,
    plan: (n) => ({
      merges: [planned(0, FEW)],
      refusedMerges: times(n, (at) => ({
        version: `u${at}@1`,
        at: '2026-01-01T11:00:00Z',
        target: 'x',
        times: 1,
      })),
    }),
  },
  'stale routes': {
    most: 50_000,
    plan: (n) => ({ merges: [planned(0, STREAMS)], staleRoutes: times(n, (at) => `k${at}`) }),
  },
};

/** The largest merge of a plan that the API server stores: 256 KiB of annotations. */
const PLANNED_PATCH = 200;

export const MERGE_FAMILIES: readonly Family[] = [
  ...Object.entries(MERGE_PATCHES).flatMap(([name, { most, of }]): Family[] => [
    {
      name: `merge customize: ${name}`,
      url: MERGE_CUSTOMIZE,
      most,
      body: (n) => ({ controller: {}, parent: merge(0, of(n)) }),
    },
    {
      name: `merge sync: ${name}`,
      url: MERGE_SYNC,
      most,
      body: (n) => merged(merge(0, of(n)), withPlan(target(), { merges: [planned(0, FEW)] })),
    },
    {
      name: `merge admission: ${name}`,
      url: MERGE_ADMISSION,
      most,
      body: (n) => {
        const { labels: _labels, ...metadata } = merge(0, {}).metadata;
        const object = { ...merge(0, of(n)), metadata };
        const { request, ...review } = admissionBody(target(), []);
        return { ...review, request: { ...request, object, oldObject: merge(0, FEW) } };
      },
    },
    {
      name: `sync with merges: ${name}`,
      url: SYNC,
      most,
      body: (n) => decorated(target(), [merge(0, of(n)), merge(1, FEW)], 20),
    },
    {
      name: `sync with ten merges: ${name}`,
      url: SYNC,
      most: Math.ceil(most / 10),
      body: (n) =>
        decorated(
          target(),
          times(10, (at) => merge(at, of(n))),
          20,
        ),
    },
    {
      name: `admission of a planned merge: ${name}`,
      url: ADMISSION,
      most: Math.min(most, PLANNED_PATCH),
      body: (n) => {
        const plan = { merges: [planned(0, of(n) as never), planned(1, FEW)] };
        return written(target(), plan, plan);
      },
    },
  ]),
  ...Object.entries(OBJECTS).flatMap(([name, { most, of }]): Family[] => [
    {
      name: `sync with streams and merges: ${name}`,
      url: SYNC,
      most,
      body: (n) =>
        decorated(
          withPlan(of(n), { merges: times(50, (at) => planned(at, { ...STREAMS, ...named(at) })) }),
          times(60, (at) => merge(at, { ...STREAMS, ...named(at) })),
          10,
        ),
    },
    {
      name: `admission of merges: ${name}`,
      url: ADMISSION,
      most,
      body: (n) => {
        const plan = { merges: times(50, (at) => planned(at, { ...STREAMS, ...named(at) })) };
        return written(of(n), plan, plan);
      },
    },
    {
      name: `merge sync, target: ${name}`,
      url: MERGE_SYNC,
      most,
      body: (n) =>
        merged(
          merge(0, { ...FEW, ...STREAMS }),
          withPlan(of(n), { merges: times(50, (at) => planned(at, named(at))) }),
        ),
    },
  ]),
  ...Object.entries(CROWDS).flatMap(([name, { most, sync }]): Family[] => [
    { name: `sync with merges: ${name}`, url: SYNC, most, body: sync },
  ]),
  ...Object.entries(PLANS).flatMap(([name, { most, plan }]): Family[] => [
    {
      name: `sync with a plan: ${name}`,
      url: SYNC,
      most,
      body: (n) =>
        decorated(
          withPlan(target({}, STREAMS), plan(n)),
          times(Math.min(n, 300), (at) => merge(at, named(at), { generation: 2 })),
        ),
    },
    {
      name: `admission of a plan: ${name}`,
      url: ADMISSION,
      most,
      body: (n) => written(target({}, STREAMS), plan(n), plan(Math.min(n, 10))),
    },
    {
      name: `merge sync with a plan: ${name}`,
      url: MERGE_SYNC,
      most,
      body: (n) => merged(merge(0, FEW), withPlan(target({}, STREAMS), plan(n))),
    },
  ]),
  {
    name: 'merge sync: a long name of its target',
    url: MERGE_SYNC,
    most: 1_400_000,
    body: (n) => {
      const one = merge(0, FEW);
      const long = { name: 'a'.repeat(n / 2), namespace: 'b'.repeat(n / 2) };
      return merged({ ...one, spec: { ...one.spec, target: long } }, target());
    },
  },
  {
    name: 'merge sync: conditions',
    url: MERGE_SYNC,
    most: 20_000,
    body: (n) => {
      const conditions = times(n, (at) => ({ type: `T${at}`, status: 'True' }));
      return merged({ ...merge(0, FEW), status: { conditions } } as never, target());
    },
  },
  {
    name: 'merge admission: labels',
    url: MERGE_ADMISSION,
    most: 20_000,
    body: (n) => {
      const { request, ...review } = admissionBody(target(), []);
      const labels = map(
        n,
        (at) => `l${at}`,
        () => 'a',
      );
      const managedFields = [{ manager: 'a', fieldsV1: nested(n) }];
      const object = merge(0, FEW, { labels, managedFields });
      return { ...review, request: { ...request, object, oldObject: null, operation: 'CREATE' } };
    },
  },
];
