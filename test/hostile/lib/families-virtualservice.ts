import { CROWDS, INJECTIONS, MONSTERS } from './crowds.ts';
import type { Family } from './families.ts';
import { byName, injection, plannedInjection, times, virtualService } from './parts.ts';
import { METACONTROLLER_USER } from './service.ts';
import { GROWING_OBJECTS } from './virtualservice-objects.ts';
import { GROWING_ROUTES } from './virtualservice-routes.ts';

export const SYNC = '/route-injection/sync';
const CUSTOMIZE = '/route-injection/customize';
export const ADMISSION = '/admission/virtualservices';

export function syncBody(object: object, injections: ReturnType<typeof injection>[]) {
  return {
    controller: {},
    object,
    attachments: {},
    related: { 'RouteInjection.riskified.com/v1alpha1': byName(injections) },
    finalizing: false,
  };
}

/** The admission review that the API server sends when Metacontroller writes a plan with these injections. */
export function admissionBody(object: ReturnType<typeof virtualService>, injections: object[]) {
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

const OBJECTS = { ...GROWING_ROUTES, ...GROWING_OBJECTS };
const ROUTES = OBJECTS['routes with an entry'] ?? { of: () => virtualService({}) };

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
