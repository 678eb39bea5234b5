import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { injectedRouteName } from '../../src/api/route-name.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { Deployment } from '../../src/k8s/workload.ts';
import { finalizeEnv, syncEnv } from '../../src/kinds/dynamicenv/sync.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  step,
} from '../support/env-fixture.ts';
import {
  at,
  deployment,
  dynamicEnv,
  routeTo,
  rule,
  running,
  service,
  stamp,
  subset,
  virtualService,
  workload,
} from '../support/objects.ts';
import { childrenMap, relatedMap } from '../support/sent.ts';

const NAMES = ['a', 'b'];

/**
 * Objects of other owners: Deployments a and b, each optionally with Services, rules and VirtualServices of some kinds.
 */
const mesh: fc.Arbitrary<KubeObject[]> = fc
  .tuple(
    fc.subarray(NAMES),
    fc.subarray(['a', 'a2', 'b']),
    fc.subarray(['a', 'a2', 'b', 'wild', 'taken']),
    fc.subarray(['a', 'a2', 'b', 'both', 'open']),
  )
  .map(([bases, services, rules, routes]) => [
    ...bases.map((name) => deployment(`shop/${name}`)),
    ...services.map((name) => service(`shop/${name}`, { app: name.slice(0, 1) })),
    ...rules.map(ruleOf),
    ...routes.map(routesOf),
  ]);

function ruleOf(name: string): KubeObject {
  if (name === 'wild') return rule('shop/wild', { host: '*.shop.svc.cluster.local' });
  if (name !== 'taken') return rule(`shop/${name}`);
  return rule('shop/taken', { host: 'b', subsets: [subset('shared'), subset('alice')] });
}

function routesOf(name: string): KubeObject {
  if (name === 'open') return virtualService('shop/open', { http: [routeTo('a')] });
  if (name !== 'both') return virtualService(`shop/${name}`);
  return virtualService('shop/both', { http: [routeTo('a', 'shared'), routeTo('b', 'shared')] });
}

const envSpec = fc
  .record({
    subsets: fc.subarray(NAMES),
    consumers: fc.subarray(NAMES),
    podLabel: fc.constantFrom(undefined, 'x', 'y'),
    container: fc.constantFrom(undefined, 'main', 'unknown'),
    user: fc.constantFrom('alice', 'al'),
  })
  .map(({ subsets, consumers, podLabel, container, user }): DynamicEnv['spec'] => {
    const of = (name: string) =>
      workload(`shop/${name}`, {
        ...(podLabel === undefined ? {} : { podLabels: { app: name, part: podLabel } }),
        containers: [
          { image: 'x', ...(container === undefined ? {} : { containerName: container }) },
        ],
      });
    return {
      istioMatches: [{ headers: { user: { exact: user } } }],
      subsets: subsets.map(of),
      consumers: consumers.filter((name) => !subsets.includes(name)).map(of),
    };
  });

/** One event in the life of an env. */
type Happening = (now: EnvFixture) => void;
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Happening>((now) => void step(now)) },
  { weight: 2, arbitrary: fc.constantFrom<Happening>((now) => void step(now, { webhook: false })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1, 4, 11, 130).map(
      (seconds): Happening =>
        (now) => {
          now.time += seconds;
        },
    ),
  },
  envSpec.map(
    (spec): Happening =>
      (now) => {
        now.env = { ...now.env, spec };
      },
  ),
  fc.record({ suspend: fc.boolean(), ttl: fc.constantFrom('20s', '2m', '3d') }).map(
    (life): Happening =>
      (now) => {
        now.env = { ...now.env, spec: { ...now.env.spec, ...life } };
      },
  ),
  mesh.map(
    (others): Happening =>
      (now) => {
        // A VirtualService that remains keeps its routes and marks.
        now.others = others.map(
          (object) => now.others.find((old) => sameName(old, object)) ?? object,
        );
      },
  ),
  fc.nat(8).map(
    (index): Happening =>
      (now) => {
        now.children = now.children.filter((_, other) => other !== index);
      },
  ),
  fc.nat(8).map(
    (index): Happening =>
      (now) => {
        now.children = now.children.map((child, other) =>
          other === index ? unmarked(child) : child,
        );
      },
  ),
  fc.boolean().map(
    (podsRun): Happening =>
      (now) => {
        now.podsStart = podsRun;
        now.children = now.children.map((child) => (podsRun ? started(child) : stopped(child)));
      },
  ),
);

const life = fc
  .record({
    env: envSpec,
    others: mesh,
    mode: fc.constantFrom<EnvFixture['mode']>('dynamic-apply', 'server-side-apply'),
    happenings: fc.array(happening, { maxLength: 12 }),
    isDeleted: fc.boolean(),
  })
  .map(({ env, others, mode, happenings, isDeleted }): EnvFixture => {
    const now = envFixture(dynamicEnv(env), others, { mode });
    step(now);
    for (const happen of happenings) happen(now);
    if (!isDeleted) return now;
    const metadata = { ...now.env.metadata, deletionTimestamp: stamp(now.time) };
    return { ...now, env: { ...now.env, metadata } };
  });

const sameName = (a: KubeObject, b: KubeObject): boolean =>
  a.kind === b.kind && a.metadata.name === b.metadata.name;

function unmarked(child: KubeObject): KubeObject {
  const { annotations: _annotations, ...metadata } = child.metadata;
  return { ...child, metadata };
}

function started(child: KubeObject): KubeObject {
  return child.kind === 'Deployment' ? running(child as Deployment) : child;
}

function stopped(child: KubeObject): KubeObject {
  return child.kind === 'Deployment'
    ? running(child as Deployment, { availableReplicas: 0, conditions: [] })
    : child;
}

const isRemoval = ({ env }: EnvFixture): boolean => env.metadata.deletionTimestamp !== undefined;

describe('the decisions about an env, at any time in its life', () => {
  it('ask for a resync after a plausible time, or not at all', () => {
    fc.assert(
      fc.property(life, (now) => {
        const { resyncAfterSeconds = 1 } = decide(now);
        expect(resyncAfterSeconds).toBeGreaterThan(0);
        expect(resyncAfterSeconds).toBeLessThanOrEqual(3600);
      }),
    );
  });

  it('never change their (frozen) input, and are the same if repeated', () => {
    fc.assert(
      fc.property(life, (now) => {
        expect(decide(now)).toEqual(decide(now));
      }),
    );
  });

  it('are stable: if the answered children are sent back at the same time, the answer is the same', () => {
    fc.assert(
      fc.property(life, (now) => {
        settle(now);
        const { children, status } = decide(now);
        expect(status).toEqual(now.env.status);
        expect(namesOf(children)).toEqual(namesOf(now.children));
      }),
    );
  });

  it('do not depend on the order of anything in the request', () => {
    const order = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(life, order, (now, stream) => {
        const decideOn = (children: ObjectMap, related: ObjectMap) => {
          const input = { env: now.env, children, related };
          return isRemoval(now)
            ? finalizeEnv(input, now.config, at(now.time))
            : syncEnv(input, [], now.config, at(now.time));
        };
        const children = childrenMap(now.children);
        const related = relatedMap(now.env, now.config, [...now.others, ...now.children]);
        const shuffle = <T>(value: T): T => shuffled(value, stream);
        expect(canonicalJson(decideOn(shuffle(children), shuffle(related)))).toBe(
          canonicalJson(decideOn(children, related)),
        );
      }),
    );
  });

  it('omit a child only if it has drained, never had routes, or is replaced', () => {
    fc.assert(
      fc.property(life, (now) => {
        const answered = new Set(namesOf(decide(now).children));
        const lost = now.children.filter((child) => !answered.has(namesOf([child])[0] ?? ''));
        for (const child of lost) expect(mayGo(child, now)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('create nothing during a removal', () => {
    fc.assert(
      fc.property(life.filter(isRemoval), (now) => {
        const present = namesOf(now.children);
        expect(namesOf(decide(now).children).filter((name) => !present.includes(name))).toEqual([]);
      }),
    );
  });

  it('complete a removal, and leave no route behind', () => {
    fc.assert(
      fc.property(life.filter(isRemoval), (now) => {
        for (let round = 0; round < 4; round += 1) {
          settle(now);
          now.time += 12;
        }
        expect(decide(now)).toMatchObject({ finalized: true, children: [] });
        expect(canonicalJson(now.others)).not.toContain('dynamic-environment-');
      }),
    );
  });
});

/** May an answer omit this child? */
function mayGo(child: KubeObject, now: EnvFixture): boolean {
  const { annotations = {} } = child.metadata;
  const since = Date.parse(annotations['riskified.com/draining-since'] ?? '');
  if (at(now.time).getTime() - since >= 11_000) return true;
  const routes = canonicalJson(now.others.filter(({ kind }) => kind === 'VirtualService'));
  const injections = now.children.filter(({ kind }) => kind === 'RouteInjection');
  if (child.kind === 'RouteInjection') {
    return Reflect.get(child, 'spec').active === false && !holds(routes, child);
  }
  if (child.kind === 'DestinationRule') {
    const host = annotations['riskified.com/service-host'];
    return now.children.some(
      (other) =>
        other !== child &&
        other.kind === 'DestinationRule' &&
        other.metadata.annotations?.['riskified.com/service-host'] === host,
    );
  }
  const base = annotations['riskified.com/deployment'];
  const own = injections.filter((one) => base === undefined || baseOf(one) === base);
  return own.every((one) => !Reflect.get(one, 'spec').active && !holds(routes, one));
}

function holds(routes: string, injection: KubeObject): boolean {
  const { env, deployment: base, host } = Reflect.get(injection, 'spec');
  return routes.includes(`"${injectedRouteName(env, base, host)}"`);
}

function baseOf(injection: KubeObject): string {
  const { namespace, name } = Reflect.get(injection, 'spec').deployment;
  return `${namespace}/${name}`;
}

/** The same value with the keys of every map in another order. */
function shuffled<T>(value: T, stream: fc.Stream<number>): T {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, stream)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const keyed = Object.entries(value).map(
    ([key, item]) => [stream.next().value, key, shuffled(item, stream)] as const,
  );
  keyed.sort(([a], [b]) => Number(a) - Number(b));
  return Object.fromEntries(keyed.map(([, key, item]) => [key, item])) as T;
}
