import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { matchesSelector } from '../../src/k8s/selector.ts';
import { observe } from '../../src/kinds/dynamicenv/observed.ts';
import { podLabelsOf } from '../../src/kinds/dynamicenv/plan/base-labels.ts';
import { decidingRules } from '../../src/kinds/dynamicenv/plan/destination-rules.ts';
import { planWorkload, type WorkloadPlan } from '../../src/kinds/dynamicenv/plan/workload-plan.ts';
import { envWorkloads } from '../../src/kinds/dynamicenv/plan/workloads.ts';
import { decorate } from '../../src/kinds/virtualservice/sync.ts';
import { meshView } from '../../src/mesh/view.ts';
import { targetSubsets } from '../../src/virtualservice/routes/targets.ts';
import {
  at,
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  objectMap,
  routeTo,
  rule,
  service,
  virtualService,
  workload,
} from '../support/objects.ts';

const HOST = 'cms.shop.svc.cluster.local';
const NAMES = ['cms-admin', 'cms-public', 'cms'] as const;
type Labels = Record<string, string>;

/** Labels that distinguish some of the Service's pods. `constructor` is a member of every JavaScript object. */
const extra: fc.Arbitrary<Labels> = fc.dictionary(
  fc.constantFrom('role', 'track', 'constructor'),
  fc.constantFrom('a', 'b'),
  { maxKeys: 2, size: 'xsmall' },
);
const version = fc.oneof(
  { weight: 3, arbitrary: fc.constant('shared') },
  fc.constantFrom('admin', 'alice', 'x'),
);
const podLabels: fc.Arbitrary<Labels> = fc
  .tuple(extra, fc.option(version))
  .map(([more, value]) => ({ app: 'cms', ...more, ...(value === null ? {} : { version: value }) }));
const subsetLabels: fc.Arbitrary<Labels> = fc
  .tuple(extra, fc.option(version), fc.boolean())
  .map(([more, value, hasApp]) => ({
    ...more,
    ...(hasApp ? { app: 'cms' } : {}),
    ...(value === null ? {} : { version: value }),
  }));
const policy = fc.constantFrom(undefined, { loadBalancer: { simple: 'RANDOM' } });
const subsets = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'cms-admin-alice', 'constructor'),
    labels: subsetLabels,
    trafficPolicy: policy,
  }),
  { selector: ({ name }) => name, maxLength: 4 },
);
const rules = fc
  .tuple(subsets, fc.constantFrom('cms', '*.shop.svc.cluster.local'), fc.option(subsets))
  .map(([first, host, second]) => [
    rule('shop/cms', { host, subsets: first.map(defined) }),
    ...(second === null ? [] : [rule('shop/more', { host: HOST, subsets: second.map(defined) })]),
  ]);
const env = (name: string) =>
  fc
    .tuple(fc.subarray([...NAMES], { minLength: 1 }), extra, version, fc.boolean())
    .map(([bases, own, defaultVersion, isConsumer]) => {
      const list = bases.map((base) =>
        workload(`shop/${base}`, { podLabels: own, defaultVersion }),
      );
      return dynamicEnv(isConsumer ? { subsets: [], consumers: list } : { subsets: list }, {
        name,
      });
    });

function defined<T extends { trafficPolicy: object | undefined }>({ trafficPolicy, ...rest }: T) {
  return {
    ...rest,
    ...(trafficPolicy === undefined ? {} : { trafficPolicy: { ...trafficPolicy } }),
  };
}

const mesh = fc
  .record({
    bases: fc.tuple(podLabels, podLabels, podLabels),
    rules,
    envs: fc.tuple(env('alice'), env('admin-alice')),
  })
  .map(({ bases, rules: all, envs }) => {
    const deployments = NAMES.map((name, index) => {
      const { template } = deployment(`shop/${name}`).spec;
      const labels = bases[index] ?? {};
      return deployment(`shop/${name}`, {
        selector: { matchLabels: { app: 'cms' } },
        template: { ...template, metadata: { labels } },
      });
    });
    const related = [...deployments, service('shop/cms', { app: 'cms' }), ...all];
    const [first, second] = envs;
    const plans = plansOf(first, related);
    const clones = plans.flatMap(({ deployment: clone }) => clone ?? []);
    plans.push(...plansOf(second, [...related, ...clones]));
    return { deployments, rules: all, plans };
  });

function plansOf(one: DynamicEnv, related: readonly KubeObject[]): WorkloadPlan[] {
  const context = deepFreeze({
    env: one,
    view: meshView(objectMap(related), 'cluster.local'),
    observed: observe({}),
    config: CONFIG,
    now: at(0),
  });
  return envWorkloads(one).map((entry) => planWorkload(entry, context));
}

const keyOf = ({ namespace, name }: { namespace?: string; name: string }) => `${namespace}/${name}`;
const asksFor = (labels: Labels | undefined, pods: Labels) =>
  matchesSelector({ matchLabels: labels ?? {} }, pods);

describe("for all labels of pods, subsets and podLabels, an env's subset", () => {
  it('selects the pods of its clone and no others', () => {
    fc.assert(
      fc.property(mesh, ({ deployments, plans }) => {
        const pods = [...deployments, ...plans.flatMap(({ deployment: one }) => one ?? [])];
        for (const plan of plans) {
          for (const subset of definedBy(plan)) {
            const selected = pods.filter((one) => asksFor(subset.labels, podLabelsOf(one)));
            expect(selected.map(({ metadata }) => keyOf(metadata))).toEqual([
              `shop/${plan.cloneName}`,
            ]);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has a name that no other clone has', () => {
    fc.assert(
      fc.property(mesh, ({ plans }) => {
        const named = plans.map((plan) => new Set(definedBy(plan).map(({ name }) => name)));
        const names = named.flatMap((one) => [...one]);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 500 },
    );
  });

  it('is defined in every rule if a route leads to it', () => {
    fc.assert(
      fc.property(mesh, ({ plans }) => {
        for (const { rules: own, injection } of plans.flatMap(({ hosts }) => hosts)) {
          const led = targetSubsets(injection.spec);
          for (const { spec } of own) {
            const names = spec.subsets?.map(({ name }) => name);
            expect(names).toEqual(expect.arrayContaining(led));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("replaces only subsets that select nothing but the base's pods", () => {
    fc.assert(
      fc.property(mesh, ({ deployments, rules: all, plans }) => {
        const subsetsNow = decidingRules(all, HOST, 'cluster.local').flatMap(
          ({ spec }) => spec.subsets ?? [],
        );
        for (const plan of plans.filter(({ hosts }) => hosts.some((one) => one.rules.length > 0))) {
          const base = deployments.find(({ metadata }) => keyOf(metadata) === plan.key);
          const ofBase = subsetsNow.filter(({ labels }) => asksFor(labels, podLabelsOf(base)));
          const from = plan.hosts.flatMap(({ injection }) => injection.spec.from);
          expect(ofBase.map(({ name }) => name)).toEqual(expect.arrayContaining(from));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a subset of another rule that selects a clone's pods", () => {
  it('makes routes to it unguarded, unless the env is refused because of it', () => {
    fc.assert(
      fc.property(mesh, ({ rules: all, plans }) => {
        for (const { takenBy, deployment: clone, hosts } of plans) {
          if (takenBy !== undefined || clone === undefined) continue;
          const deciding = decidingRules(all, HOST, 'cluster.local');
          const theirs = deciding.flatMap(({ spec }) => spec.subsets ?? []);
          const seen = theirs.filter(({ labels }) => asksFor(labels, podLabelsOf(clone)));
          for (const { name } of theirs) {
            const one = virtualService('shop/cms', { http: [routeTo('cms', name)] });
            const injections = hosts.map(({ injection }) => injection);
            const plan = JSON.stringify(decorate(one, injections, CONFIG, at(0)));
            const isSeen = seen.some((subset) => subset.name === name);
            expect(plan.includes("selects the clone's pods")).toBe(isSeen);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

function definedBy({ hosts, takenBy }: WorkloadPlan) {
  // A refused env creates no DestinationRules.
  if (takenBy !== undefined) return [];
  return hosts.flatMap(({ rules: own }) => own.flatMap(({ spec }) => spec.subsets ?? []));
}
