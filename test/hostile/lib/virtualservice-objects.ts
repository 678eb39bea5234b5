import type { Growing } from './growing.ts';
import { map, nested, route, times, virtualService } from './parts.ts';

/**
 * VirtualServices in which other parts than the usual HTTP routes grow: TCP and TLS routes, redirects, hosts, labels,
 * annotations, texts.
 */
export const GROWING_OBJECTS: Growing<ReturnType<typeof virtualService>> = {
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
  'routes with the name of an injected route, without an env': {
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
  'field managers': {
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
  'nesting depth': {
    most: 200_000,
    of: (n) => virtualService({ http: [route({ fault: nested(n) })] }),
  },
  'nesting depth of managed fields': {
    most: 100_000,
    of: (n) =>
      virtualService(
        { http: [route()] },
        { managedFields: [{ manager: 'a', fieldsV1: nested(n) }] },
      ),
  },
  'characters that JSON escapes': {
    most: 200_000,
    of: (n) => virtualService({ http: [route()] }, { annotations: { a: '\u0001'.repeat(n) } }),
  },
};
