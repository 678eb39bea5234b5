import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchesSelector } from '../../src/k8s/selector.ts';
import { observe } from '../../src/kinds/dynamicenv/observed.ts';
import { podLabelsOf } from '../../src/kinds/dynamicenv/plan/base-labels.ts';
import { planExisting } from '../../src/kinds/dynamicenv/plan/existing.ts';
import { planWorkload } from '../../src/kinds/dynamicenv/plan/workload-plan.ts';
import { envWorkloads } from '../../src/kinds/dynamicenv/plan/workloads.ts';
import { meshView } from '../../src/mesh/view.ts';
import {
  at,
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  objectMap,
  rule,
  service,
  workload,
} from '../support/objects.ts';

const labels = fc.dictionary(
  fc.constantFrom('app', 'version', 'branch', 'constructor'),
  fc.constantFrom('cms', 'shared', 'alice', 'x'),
  { maxKeys: 4, size: 'medium' },
);
/** A Deployment's selector, and its pods' labels, among which are those of the selector. */
const shape = fc.tuple(labels, labels, fc.boolean()).map(([selector, more, hasExpressions]) => ({
  selector: {
    matchLabels: selector,
    ...(hasExpressions ? { matchExpressions: [{ key: 'app', operator: 'Exists' }] } : {}),
  },
  labels: { ...more, ...selector },
}));
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function made(name: string, { selector, labels: own }: Shape) {
  const { template } = deployment(`shop/${name}`).spec;
  return deployment(`shop/${name}`, {
    selector,
    template: { ...template, metadata: { labels: own } },
  });
}

const mesh = fc
  .record({ cms: shape, web: shape, branch: shape, other: shape, isCloned: fc.boolean() })
  .map(({ cms, web, branch, other, isCloned }) => {
    const existing = (name: string) => ({ existing: { deployment: name } });
    const env = dynamicEnv({
      subsets: [
        workload('shop/cms', existing('cms-branch')),
        workload('shop/web', isCloned ? {} : existing('web-branch')),
      ],
    });
    const deployments = [
      made('cms', { ...cms, labels: { ...cms.labels, app: 'cms', version: 'shared' } }),
      made('web', { ...web, labels: { ...web.labels, version: 'shared' } }),
      made('cms-branch', branch),
      ...(isCloned ? [] : [made('web-branch', other)]),
    ];
    const related = [...deployments, service('shop/cms', { app: 'cms' }), rule('shop/cms')];
    const context = (children: Parameters<typeof objectMap>[0]) =>
      deepFreeze({
        env,
        view: meshView(objectMap(related), 'cluster.local'),
        observed: observe(objectMap(children)),
        config: CONFIG,
        now: at(0),
      });
    const [first, second] = envWorkloads(env);
    if (first === undefined || second === undefined) throw new Error('no workloads');
    const clone = isCloned ? planWorkload(second, context([])).deployment : undefined;
    const all = [...deployments, ...(clone === undefined ? [] : [clone])];
    const seen = context(clone === undefined ? [] : [clone]);
    return { all, plan: planExisting(first, existing('cms-branch').existing, seen) };
  });

describe('for all selectors and labels, the subset of a Deployment that exists already', () => {
  it('selects its pods, and those of no base, clone or other version of the env', () => {
    let planned = 0;
    fc.assert(
      fc.property(mesh, ({ all, plan }) => {
        const subsets = plan.hosts.flatMap(({ rules }) =>
          rules.flatMap(({ spec }) => spec.subsets ?? []),
        );
        planned += subsets.length;
        for (const { labels: asked = {} } of subsets) {
          const selected = all.filter((one) =>
            matchesSelector({ matchLabels: asked }, podLabelsOf(one)),
          );
          expect(selected.map(({ metadata }) => metadata.name)).toEqual(['cms-branch']);
        }
        // Either there are routes, or the status says why not.
        expect(plan.hosts.length > 0).toBe(plan.existing?.trouble === undefined);
        expect(plan.problems.length > 0).toBe(plan.hosts.length === 0);
      }),
      { numRuns: 1000 },
    );
    expect(planned).toBeGreaterThan(20);
  });
});
