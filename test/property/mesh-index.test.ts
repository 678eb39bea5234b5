import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import type { DestinationRule } from '../../src/istio/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { Service } from '../../src/k8s/workload.ts';
import { relatedToEnv } from '../../src/kinds/dynamicenv/customize.ts';
import { finalizeEnv, syncEnv } from '../../src/kinds/dynamicenv/sync.ts';
import { decodeContent, encodeContent } from '../../src/mesh/index-content.ts';
import { applied, envFixture } from '../support/env-fixture.ts';
import { indexed } from '../support/mesh-index.ts';
import {
  at,
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  objectMap,
  rule,
  service,
  stamp,
  workload,
} from '../support/objects.ts';
import { childrenMap } from '../support/sent.ts';

const NAMESPACES = ['bank', 'shop'];
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const namespace = fc.constantFrom(...NAMESPACES);
const labels = fc.dictionary(
  fc.constantFrom('app', 'version', 'tier'),
  fc.constantFrom('a', 'b', 'shared', 'alice', 'v1'),
);
/** Fields that no decision reads, so an index may omit them. */
const noise = fc.record({
  labels: fc.dictionary(fc.constantFrom('team', 'app'), fc.constantFrom('x', 'y')),
  resourceVersion: fc.constantFrom('1', '2'),
  uid: fc.constantFrom('u', 'v'),
});
const rollout = fc.constantFrom<Record<string, string>>(
  {},
  { other: 'x' },
  { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'c', other: 'x' },
);
/** Mostly usual values. With many unusual ones, nearly every input would be refused. */
const often = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>) =>
  fc.oneof({ arbitrary: usual, weight: 8 }, { arbitrary: odd, weight: 1 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const anyService: fc.Arbitrary<Service> = fc
  .record({
    name,
    namespace,
    noise,
    rollout,
    selector: often(fc.constantFrom({ app: 'a' }, { app: 'b' }), some(labels)),
    type: often(fc.constantFrom('ClusterIP', 'NodePort'), fc.constant('ExternalName')),
    clusterIP: some(fc.constantFrom('10.0.0.1', 'None')),
  })
  .map(({ name: own, namespace: place, noise: meta, rollout: annotations, ...spec }) => {
    const object = service(`${place}/${own}`, {}, { ...meta, annotations });
    return { ...object, spec: { ...defined(spec), ports: [{ port: 80 }] } } as Service;
  });

const anyRule: fc.Arbitrary<DestinationRule> = fc
  .record({
    name,
    namespace,
    noise,
    creationTimestamp: fc.constantFrom(stamp(-30), stamp(-20), stamp(-10)),
    host: often(
      fc.constantFrom('a', 'b'),
      fc.constantFrom('a.shop.svc.cluster.local', '*.svc.cluster.local', '*'),
    ),
    exportTo: often(fc.constantFrom(['bank'], ['shop']), some(fc.constantFrom(['.'], ['*'], []))),
    workloadSelector: often(fc.constant(undefined), fc.record({ matchLabels: labels })),
    trafficPolicy: some(fc.constant({ tls: { mode: 'DISABLE' } })),
    subsets: some(
      fc.array(
        fc.record({
          name: often(fc.constantFrom('shared', 'v1'), fc.constant('alice')),
          labels: often(fc.constantFrom({ version: 'shared' }, { version: 'v1' }), labels),
          trafficPolicy: some(fc.constantFrom({ x: 1 }, { b: 1, a: { d: 1, c: 2 } })),
        }),
        { maxLength: 3 },
      ),
    ),
  })
  .map(({ name: own, namespace: place, noise: meta, creationTimestamp, subsets, ...spec }) =>
    rule(`${place}/${own}`, defined({ ...spec, subsets: subsets?.map(defined) }), {
      ...meta,
      creationTimestamp,
    }),
  );

/** Removes undefined members, because hooks get parsed JSON, which has none. */
function defined(value: object) {
  return JSON.parse(JSON.stringify(value));
}

const mesh = fc
  .tuple(fc.array(anyService, { maxLength: 8 }), fc.array(anyRule, { maxLength: 8 }))
  .map(([services, rules]): KubeObject[] => [...services, ...rules]);

const envSpec = fc
  .tuple(
    fc.uniqueArray(fc.tuple(namespace, fc.constantFrom('a', 'b', 'c')), {
      minLength: 1,
      maxLength: 4,
      selector: (pair) => pair.join(),
    }),
    fc.nat(4),
    some(fc.constantFrom('v1', 'shared')),
  )
  .map(([bases, count, defaultVersion]) => {
    const all = bases.map(([place, own]) =>
      workload(`${place}/${own}`, defaultVersion === undefined ? {} : { defaultVersion }),
    );
    return { subsets: all.slice(0, count), consumers: all.slice(count) };
  });

const config = fc
  .record({
    ruleNamespaces: fc.constantFrom([], ['bank'], ['*']),
    indexedNamespaces: fc.subarray(NAMESPACES, { minLength: 1 }),
  })
  .map((some) => ({ ...CONFIG, ...some }));

describe('an env that reads namespaces through their indexes', () => {
  it('gets the same decisions as with all of their objects', () => {
    const bases = NAMESPACES.flatMap((place) =>
      ['a', 'b'].map((own) => deployment(`${place}/${own}`)),
    );
    fc.assert(
      fc.property(mesh, mesh, envSpec, config, (before, now, spec, settings) => {
        const env = dynamicEnv(spec);
        const seen = (objects: KubeObject[], through: typeof settings): ObjectMap =>
          deepFreeze(indexed(objectMap([...bases, ...objects]), relatedToEnv(env, through)));
        const plain = { ...settings, indexedNamespaces: [] };
        const decide = (objects: KubeObject[], children: ObjectMap, through: typeof settings) => {
          const input = { env, children, related: seen(objects, through) };
          return {
            alive: syncEnv(input, [], through, at(0)),
            leaving: finalizeEnv(input, through, at(0)),
          };
        };
        const first = decide(before, {}, plain);
        expect(decide(before, {}, settings)).toEqual(first);
        // The env's children already exist, and the other objects have changed since then.
        const made = first.alive.children.map((child) => applied(child, envFixture(env, [])));
        const children = childrenMap(made);
        expect(decide(now, children, settings)).toEqual(decide(now, children, plain));
      }),
      { numRuns: 400 },
    );
  });
});

describe('the content of an index', () => {
  it('is the same text for the same objects, and contains everything that decisions read', () => {
    fc.assert(
      fc.property(mesh, (objects) => {
        const services = objects.filter(({ kind }) => kind === 'Service') as Service[];
        const rules = objects.filter(({ kind }) => kind !== 'Service') as DestinationRule[];
        const text = encodeContent({ namespace: 'shop', services, rules });
        const shuffled = <T extends object>(object: T): T =>
          Object.fromEntries(Object.entries(object).reverse()) as T;
        const again = encodeContent({
          namespace: 'shop',
          services: services.map(shuffled),
          rules: rules.map(shuffled),
        });
        expect(again).toBe(text);
        const { content } = decodeContent(text);
        expect(content?.services.map(({ metadata }) => metadata.name)).toEqual(
          services.map(({ metadata }) => metadata.name),
        );
        // A second pruning changes nothing.
        expect(content && encodeContent(content)).toBe(text);
      }),
    );
  });
});
