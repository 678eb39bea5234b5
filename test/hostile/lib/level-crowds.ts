import type { VirtualEnvironmentSpec } from '../../../src/api/virtualenvironment.ts';
import {
  environment,
  levelService,
  levelWorkload,
  type World,
  world,
} from '../../support/virtual-environment-world.ts';
import type { Growing } from './growing.ts';
import { CREATED, map, nested, route, times, virtualService } from './parts.ts';

const DEV = { envLabel: { defaultSubset: 'dev' } };
const VALUE = 'a.b'.repeat(20);

/** One Service with these values of the label. */
function one(values: readonly string[], spec: VirtualEnvironmentSpec = DEV): World {
  return world({
    parent: environment(spec),
    services: [levelService('a')],
    workloads: values.map((value) => levelWorkload('a', value)),
  });
}

/** A small namespace, in which one Service has this annotation. */
function annotated(key: string, text: string): World {
  const start = one(['dev', 'dev.p1', 'dev.p2']);
  return {
    ...start,
    services: start.services.map(({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, annotations: { [`kt-virtual-environment/${key}`]: text } },
    })),
  };
}

/** `count` Services, each of which has these values of the label. */
function many(count: number, values: readonly string[], spec: VirtualEnvironmentSpec = DEV): World {
  const names = times(count, (at) => `s${at}`);
  return world({
    parent: environment(spec),
    services: names.map((name) => levelService(name)),
    workloads: names.flatMap((name) => values.map((value) => levelWorkload(name, value))),
  });
}

const ALIASES = times(16, (at) => ({
  name: `x-alias-${at}`,
  pattern: `(${'a'.repeat(480)};)?(@)(;.*)?`,
}));

/** Namespaces that grow in one way each. */
export const LEVEL_CROWDS: Growing<World> = {
  'Services with two versions': { most: 3000, of: (n) => many(n, ['dev', 'dev.p1']) },
  'Services without versions': {
    most: 20_000,
    of: (n) => ({ ...one(['dev', 'dev.p1']), services: times(n, (at) => levelService(`s${at}`)) }),
  },
  'Services of the same pods': {
    most: 4000,
    of: (n) => ({
      ...one(['dev', 'dev.p1']),
      services: times(n, (at) => levelService(`s${at}`, { selector: { app: 'a' } })),
    }),
  },
  'workloads of one version': {
    most: 20_000,
    of: (n) => {
      const start = one(['dev', 'dev.p1']);
      const [first] = start.workloads;
      const more = times(n, (at) => ({
        ...first,
        metadata: { ...first?.metadata, name: `w${at}` },
      }));
      return { ...start, workloads: [...start.workloads, ...(more as World['workloads'])] };
    },
  },
  'versions of one Service': {
    most: 5000,
    of: (n) => one(['dev', ...times(n, (at) => `dev.v${at}`)]),
  },
  'long versions of one Service': {
    most: 2000,
    of: (n) => one(times(n, (at) => `${VALUE.slice(0, 55)}${at}`)),
  },
  'versions with one name of the subset': {
    most: 2000,
    of: (n) =>
      one(
        times(
          n,
          (at) =>
            `${[...at.toString(3).padStart(9, '0')].map((d) => `a${'-_.'[Number(d)]}`).join('')}z`,
        ),
      ),
  },
  'versions that differ in case': {
    most: 2000,
    of: (n) =>
      one(
        times(n, (at) =>
          [...at.toString(2).padStart(12, '0')].map((bit) => (bit === '1' ? 'A' : 'a')).join(''),
        ),
      ),
  },
  'levels of one version': {
    most: 30,
    of: (n) => one(times(n, (at) => `d${'.a'.repeat(at)}`)),
  },
  'versions, 16 aliases with long patterns': {
    most: 100,
    of: (n) =>
      one(
        times(n, (at) => `dev.v${at}`),
        { envHeader: { aliases: ALIASES } },
      ),
  },
  'ports, 20 versions': {
    most: 5000,
    of: (n) => ({
      ...one(times(20, (at) => `dev.v${at}`)),
      services: [
        levelService('a', { ports: times(n, (at) => ({ name: `http-${at}`, port: 1 + at })) }),
      ],
    }),
  },
  'Services and callers of 20 versions, with injection': {
    most: 200,
    of: (n) =>
      many(
        n,
        times(20, (at) => `dev.v${at}`),
        {
          envHeader: { autoInject: true },
          envLabel: { defaultSubset: 'dev.v0' },
        },
      ),
  },
  'callers, 200 Services with injection': {
    most: 1000,
    of: (n) => {
      const start = many(Math.min(n, 200), ['dev', 'dev.p1'], {
        ...DEV,
        envHeader: { autoInject: true },
      });
      const callers = times(n, (at) => levelWorkload('caller', `dev.c${at}`));
      return { ...start, workloads: [...start.workloads, ...callers] };
    },
  },
  'labels of a workload and a selector': {
    most: 10_000,
    of: (n) => {
      const labels = map(
        n,
        (at) => `l${at}`,
        () => 'a',
      );
      return {
        ...one([]),
        services: times(10, (at) => levelService(`s${at}`, { selector: labels })),
        workloads: times(10, (at) => levelWorkload('a', `dev.v${at}`, { labels })),
      };
    },
  },
  'gateways of a Service': {
    most: 10_000,
    of: (n) => annotated('gateways', times(n, (at) => `istio-system/g${at}`).join()),
  },
  'long gateways of a Service with 200 versions': {
    most: 32,
    of: (n) => {
      const { services } = annotated(
        'gateways',
        times(n, (at) => `${'a'.repeat(60)}/${`g${at}-`.padEnd(200, 'b')}c`).join(),
      );
      return { ...one(times(Math.min(10 * n, 200), (at) => `dev.v${at}`)), services };
    },
  },
  'hosts of a Service': {
    most: 10_000,
    of: (n) => annotated('hosts', times(n, (at) => `h${at}.example.com`).join()),
  },
  'a rule with headers': {
    most: 8000,
    of: (n) =>
      annotated(
        'rule',
        JSON.stringify({
          headers: {
            request: {
              set: map(
                n,
                (at) => `x-${at}`,
                () => 'a',
              ),
            },
          },
        }),
      ),
  },
  'a rule that is nested': {
    most: 100_000,
    of: (n) => annotated('rule', `{"match":${'['.repeat(n)}${']'.repeat(n)}}`),
  },
  'a rule of spaces': { most: 250_000, of: (n) => annotated('rule', `${' '.repeat(n)}{}`) },
  'routes of VirtualServices of others': {
    most: 100,
    of: (n) => ({
      ...one(['dev', 'dev.p1']),
      foreign: times(Math.min(10 * n, 1000), (at) =>
        virtualService({ http: times(n, () => route()) }, { name: `vs-${at}` }),
      ),
    }),
  },
  'VirtualServices of others for the same host': {
    most: 20_000,
    of: (n) => ({
      ...one(['dev', 'dev.p1']),
      foreign: times(n, (at) => virtualService({ hosts: ['a'] }, { name: `vs-${at}` })),
    }),
  },
  'a nested VirtualService of somebody else': {
    most: 100_000,
    of: (n) => ({
      ...one(['dev', 'dev.p1']),
      foreign: [virtualService({ http: nested(n) }, { name: 'other' })],
    }),
  },
  'a memory with entries': {
    most: 10_000,
    of: (n) =>
      remembering(
        map(
          n,
          (at) => `dev.m${at}`,
          () => ({ subset: 'x', subsetSince: CREATED }),
        ),
      ),
  },
  'a memory with names': {
    most: 10_000,
    of: (n) =>
      remembering(
        map(
          n,
          (at) => `dev.m${at}`,
          (at) => ({ subset: `dev-p1-${at}` }),
        ),
      ),
  },
  VirtualEnvironments: {
    most: 20_000,
    of: (n) => ({
      ...one(['dev', 'dev.p1']),
      foreign: times(n, (at) => environment({}, { name: `e${at}`, uid: `e${at}` })),
    }),
  },
};

/** The DestinationRule of the Service has this memory. */
function remembering(memory: object): World {
  const start = one(['dev', 'dev.p1']);
  const rule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: {
      name: 'a',
      namespace: 'shop',
      annotations: { 'riskified.com/versions': JSON.stringify(memory) },
    },
    spec: { host: 'a', subsets: [{ name: 'dev', labels: { 'virtual-env': 'dev' } }] },
  };
  return { ...start, rules: new Map([['a', rule]]) };
}
