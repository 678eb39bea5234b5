import { describe, expect, it } from '@jest/globals';
import type { Workload } from '../../../../../src/api/dynamicenv.ts';
import type { DestinationRule } from '../../../../../src/istio/types.ts';
import { hash10 } from '../../../../../src/k8s/hash.ts';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import { observe } from '../../../../../src/kinds/dynamicenv/observed.ts';
import {
  planWorkload,
  type WorkloadPlan,
} from '../../../../../src/kinds/dynamicenv/plan/workload-plan.ts';
import { envWorkloads } from '../../../../../src/kinds/dynamicenv/plan/workloads.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  injection,
  NOW,
  objectMap,
  rule,
  running,
  service,
  stamp,
  subset,
  workload,
} from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const MESH = [deployment('shop/backend'), service('shop/backend'), rule('shop/backend')];

interface Given {
  related?: KubeObject[];
  children?: KubeObject[];
  subset?: Partial<Workload>;
  consumer?: boolean;
  name?: string;
}

function plan({ related = MESH, children = [], subset = {}, consumer, name }: Given = {}) {
  const list = [workload('shop/backend', subset)];
  const env = dynamicEnv(
    consumer ? { subsets: [], consumers: list } : { subsets: list },
    name === undefined ? {} : { name },
  );
  const context = deepFreeze({
    env,
    observed: observe(objectMap(children)),
    config: CONFIG,
    now: NOW,
    related: objectMap(related),
  });
  const [entry] = envWorkloads(context.env);
  if (entry === undefined) throw new Error('no workload');
  return planWorkload(entry, { ...context, view: meshView(context.related, 'cluster.local') });
}

const clone = () => {
  const { deployment: made } = plan();
  if (made === undefined) throw new Error('no clone');
  return made;
};
const labelled = (labels: Record<string, string>) => {
  const { template } = deployment('shop/backend').spec;
  return deployment('shop/backend', { template: { ...template, metadata: { labels } } });
};
const messages = ({ problems }: WorkloadPlan) => problems.map(({ message }) => message);

describe('planWorkload', () => {
  it('plans clone, rule and injection', () => {
    const { deployment: made, hosts, ...rest } = plan();
    expect(rest).toEqual({
      kind: 'subset',
      key: 'shop/backend',
      workload: workload('shop/backend'),
      cloneName: 'backend-alice',
      recreate: false,
      problems: [],
    });
    expect(made?.spec.template.spec?.containers).toEqual([{ name: 'main', image: 'backend:2' }]);
    expect(hosts).toMatchObject([
      {
        service: 'backend',
        namespace: 'shop',
        host: HOST,
        rules: [{ metadata: { namespace: 'shop' }, spec: { host: 'backend' } }],
        injection: {
          spec: { host: HOST, from: ['shared'], subset: 'backend-alice', active: false },
        },
      },
    ]);
  });

  it('plans a consumer without rules', () => {
    const { kind, hosts } = plan({ consumer: true });
    expect(kind).toBe('consumer');
    expect(hosts.map(({ rules }) => rules)).toEqual([[]]);
    expect(hosts[0]?.injection.spec).not.toHaveProperty('subset');
    expect(hosts[0]?.injection.spec.from).toEqual(['shared']);
  });

  it('plans one host per Service, and one rule per base rule', () => {
    const alt = service('shop/alt', { app: 'backend' });
    const second = rule('shop/second', {
      host: HOST,
      subsets: [subset('v1', { labels: { version: 'shared' } })],
    });
    const { hosts } = plan({ related: [...MESH, alt, second] });
    expect(
      hosts.map(({ service: name, rules, injection }) => [name, rules.length, injection.spec.from]),
    ).toEqual([
      ['alt', 0, ['shared']],
      ['backend', 2, ['shared', 'v1']],
    ]);
  });

  it('uses the default version of the workload', () => {
    const base = rule('shop/backend', { subsets: [subset('stable')] });
    const labels = { app: 'backend', version: 'stable' };
    const stable = labelled(labels);
    const related = [stable, service('shop/backend'), base];
    const [host] = plan({ related, subset: { defaultVersion: 'stable' } }).hosts;
    expect([host?.rules.length, host?.injection.spec.from]).toEqual([1, ['stable']]);
    const [none] = plan({ related, subset: { defaultVersion: 'v9' } }).hosts;
    // No existing subset v9 would have the base's pods, so the advice must not name it.
    expect([none?.rules.length, none?.injection.spec.from]).toEqual([0, []]);
  });
});

describe('a rule that would hide others', () => {
  const bases = ['web', 'ops'].map((namespace, index) =>
    rule(
      `shop/${namespace}`,
      { host: 'backend', exportTo: [namespace] },
      { creationTimestamp: stamp(index) },
    ),
  );

  it('is not planned, and reported', () => {
    const { hosts, problems } = plan({ related: [...MESH.slice(0, 2), ...bases] });
    const [host] = hosts;
    const ofRules = (rules: DestinationRule[] = []) => rules.map(({ spec }) => spec.exportTo);
    expect([ofRules(host?.rules), ofRules(host?.harmful)]).toEqual([[['ops']], [['web']]]);
    expect(problems).toEqual([
      {
        section: 'destinationRule',
        message: expect.stringContaining('would hide the subsets of shop/web from their clients'),
      },
    ]);
  });
});

describe('problems of the base', () => {
  it.each<[string, KubeObject[], string]>([
    [
      'missing',
      [],
      'Deployment shop/backend not found (a StatefulSet or an Argo Rollout cannot be cloned)',
    ],
    [
      'a StatefulSet',
      [{ ...deployment('shop/backend'), kind: 'StatefulSet' }],
      'shop/backend is a StatefulSet; only Deployments can be cloned',
    ],
    [
      'an Argo Rollout',
      [
        service('shop/other'),
        service('shop/backend', undefined, {
          annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'backend' },
        }),
      ],
      'shop/backend is an Argo Rollout; only Deployments can be cloned',
    ],
    [
      'another Rollout',
      [
        service('shop/backend', undefined, {
          annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'other' },
        }),
      ],
      'Deployment shop/backend not found (a StatefulSet or an Argo Rollout cannot be cloned)',
    ],
  ])('%s', (_what, related, message) => {
    const { deployment: made, hosts, problems } = plan({ related });
    expect([made, hosts, problems]).toEqual([undefined, [], [{ section: 'deployment', message }]]);
  });

  it('keeps the clone, its rules and its routes when the base is gone', () => {
    const child = running({ ...clone(), metadata: { ...clone().metadata, uid: 'u' } });
    const gone = plan({ related: MESH.slice(1), children: [child] });
    expect(gone.deployment).toEqual(clone());
    expect(gone.observed).toEqual(child);
    expect(gone.hosts).toEqual(plan().hosts);
    expect(gone.recreate).toBe(false);
    expect(messages(gone)).toEqual([
      'Deployment shop/backend not found (a StatefulSet or an Argo Rollout cannot be cloned)',
    ]);
  });

  it.each<[string, Record<string, string>, Partial<Workload>]>([
    ['the version of the env', { app: 'backend', version: 'alice' }, {}],
    ['podLabels', { tier: 'x' }, { podLabels: { tier: 'x' } }],
  ])(
    'has no host of a Service that selects by %s when the base is gone',
    (_what, selector, rest) => {
      const { deployment: made } = plan({ subset: rest });
      const related = [...MESH.slice(1), service('shop/picky', selector)];
      const gone = plan({ related, children: made === undefined ? [] : [made], subset: rest });
      expect(gone.hosts.map(({ service: name }) => name)).toEqual(['backend']);
    },
  );

  it('keeps its hosts when the base is gone, even if podLabels set a label that the base had, too', () => {
    const subset = { podLabels: { app: 'backend' } };
    const { deployment: made, hosts } = plan({ subset });
    const children = [made, ...hosts.map(({ injection }) => injection)].flatMap((one) => one ?? []);
    const gone = plan({ related: MESH.slice(1), children, subset });
    expect([hosts.length, gone.hosts]).toEqual([1, hosts]);
  });

  it('gets no host that only another base of the env has an injection for', () => {
    const subset = { podLabels: { tier: 'x' } };
    const { deployment: made } = plan({ subset });
    const picky = service('shop/picky', { tier: 'x' });
    const host = 'picky.shop.svc.cluster.local';
    const other = injection({ host, deployment: { namespace: 'shop', name: 'other' } });
    const children = [...(made === undefined ? [] : [made]), other];
    const gone = plan({ related: [...MESH.slice(1), picky], children, subset });
    expect(gone.hosts.map(({ service: name }) => name)).toEqual(['backend']);
  });

  it('keeps the clone when an override names a container that is gone', () => {
    const kept = plan({
      children: [clone()],
      subset: { containers: [{ containerName: 'x', image: 'y' }] },
    });
    expect(kept.deployment).toEqual(clone());
    expect(kept.problems).toEqual([
      {
        section: 'deployment',
        message: 'container x not found in Deployment shop/backend; it has: main',
      },
    ]);
  });
});

describe("the base's subsets", () => {
  const tiered = (labels: Record<string, string>) =>
    labelled({ app: 'backend', version: 'shared', ...labels });
  const asking = (labels: Record<string, string>) =>
    rule('shop/backend', {
      subsets: [subset('x', { labels: { version: 'shared', ...labels } }), subset('v2')],
    });
  const fromOf = (given: Given) =>
    plan(given).hosts.map(({ rules, injection: { spec } }) => [rules.length, spec.from]);

  it.each<[string, KubeObject, KubeObject, [number, string[]]]>([
    ['have labels that its pods have', tiered({ tier: 'a' }), asking({ tier: 'a' }), [1, ['x']]],
    ['do not select other pods', tiered({ tier: 'a' }), asking({ tier: 'b' }), [0, ['shared']]],
    ['do not have further labels', tiered({}), asking({ tier: 'a' }), [0, ['shared']]],
    [
      'are not inherited members of a JavaScript object',
      tiered({}),
      asking({ constructor: 'a' }),
      [0, ['shared']],
    ],
  ])('%s', (_what, base, one, expected) => {
    expect(fromOf({ related: [base, service('shop/backend'), one] })).toEqual([expected]);
  });

  describe('of a base that does not exist any more', () => {
    const podLabels = { tier: 'mine' };
    const made = (labels = {}) =>
      plan({
        related: [tiered(labels), service('shop/backend'), asking(labels)],
        subset: { podLabels },
      });
    const gone = (one: KubeObject, from: string[] = []) => {
      const { deployment: there, hosts } = made({ zone: 'z' });
      const known = hosts.map(({ injection: own }) => ({ ...own, spec: { ...own.spec, from } }));
      return fromOf({
        related: [service('shop/backend'), one],
        children: [...(there === undefined ? [] : [there]), ...known],
        subset: { podLabels },
      });
    };

    it.each<[string, Record<string, string>, string[], [number, string[]]]>([
      ['have labels that the clone has', { zone: 'z' }, [], [1, ['x']]],
      ['have labels that podLabels may have changed', { tier: 'a' }, [], [1, ['x']]],
      ['were the base’s before', { zone: 'other' }, ['x'], [1, ['x']]],
      ['do not select other pods', { zone: 'other' }, [], [0, ['shared']]],
    ])('%s', (_what, labels, from, expected) => {
      expect(gone(asking(labels), from)).toEqual([expected]);
    });
  });

  it('lead to subsets with unique names if their rule is for a wildcard', () => {
    const wild = rule('shop/wild', { host: '*.shop.svc.cluster.local' });
    const [host] = plan({
      related: [deployment('shop/backend'), service('shop/backend'), wild],
    }).hosts;
    const name = `backend-alice-${hash10('backend-alice', 'shop', 'alice')}`;
    expect(host?.injection.spec.subset).toBe(name);
    expect(host?.rules.map(({ spec }) => spec.subsets?.map((one) => one.name))).toEqual([[name]]);
  });
});

describe('an object with the name of the clone', () => {
  const foreign = deployment('shop/backend-alice');
  const message =
    'Deployment shop/backend-alice exists and does not belong to this env; delete or rename it, or give the env another name';

  it.each<[string, KubeObject['metadata']['ownerReferences']]>([
    ['has no owner', undefined],
    ['has another owner', [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }]],
    [
      'refers to the env, but is not controlled by it',
      [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'alice-uid' }],
    ],
  ])('that %s is never taken over', (_what, ownerReferences) => {
    const metadata = { ...foreign.metadata, ...(ownerReferences && { ownerReferences }) };
    const {
      deployment: made,
      hosts,
      problems,
    } = plan({ related: [...MESH, { ...foreign, metadata }] });
    expect([made, hosts, problems]).toEqual([undefined, [], [{ section: 'deployment', message }]]);
  });

  it('that is the env’s own, but not yet among its children, is no conflict', () => {
    const own = { apiVersion: 'riskified.com/v1alpha1', kind: 'DynamicEnv', name: 'alice' };
    const ownerReferences = [{ ...own, uid: 'alice-uid', controller: true }];
    const metadata = { ...foreign.metadata, ownerReferences };
    const fresh = plan({ related: [...MESH, { ...foreign, metadata }] });
    expect([fresh.deployment, fresh.problems]).toEqual([clone(), []]);
  });

  it('is no conflict if it is a child', () => {
    expect(plan({ related: [...MESH, clone()], children: [clone()] }).problems).toEqual([]);
  });

  it('in another namespace is no conflict', () => {
    const other = deployment('bank/backend-alice');
    expect(plan({ related: [...MESH, other], children: [other] }).observed).toBeUndefined();
  });
});

describe('recreate', () => {
  it.each<[string, Partial<Workload>, boolean]>([
    ['the same', {}, false],
    ['another label that is not selected', { podLabels: { x: 'y' } }, false],
    ['another selector', { podLabels: { app: 'backend2' } }, true],
  ])('%s', (_what, rest, recreate) => {
    expect(plan({ children: [clone()], subset: rest }).recreate).toBe(recreate);
  });

  it('is false if there is no clone', () => {
    expect(plan({ subset: { podLabels: { app: 'x' } } }).recreate).toBe(false);
  });
});

describe('a name that is taken', () => {
  const taken = rule('shop/backend', { subsets: [subset('shared'), subset('backend-alice')] });
  const related = [deployment('shop/backend'), service('shop/backend'), taken];

  const mesh = [deployment('shop/backend'), service('shop/backend')];
  const unmarked = rule('shop/own', { host: 'backend', subsets: [subset('backend-alice')] });
  const byVersion = subset('canary', { labels: { version: 'alice' } });

  it.each<[string, Given]>([
    ['a base rule', { related }],
    [
      'a base rule, for a consumer',
      { related: [...mesh, rule('shop/backend', { subsets: [byVersion] })], consumer: true },
    ],
    [
      'a rule without the base',
      { related: [...mesh, rule('shop/backend', { subsets: [subset('backend-alice')] })] },
    ],
    [
      'a subset of another name, by its version',
      { related: [...mesh, rule('shop/backend', { subsets: [subset('shared'), byVersion] })] },
    ],
    [
      'a rule for a wildcard',
      {
        related: [
          ...mesh,
          rule('shop/backend', { host: '*.svc.cluster.local', subsets: [byVersion] }),
        ],
      },
    ],
  ])('is found in %s', (_what, given) => {
    expect(plan(given).takenBy?.rule).toBe('shop/backend');
  });

  it.each<[string, Given]>([
    ['another env', { related, name: 'bob' }],
    [
      'another host',
      { related: [...MESH, rule('shop/other', { subsets: [subset('backend-alice')] })] },
    ],
    [
      'our own clone',
      {
        related: [
          ...MESH,
          rule(
            'shop/own',
            { host: 'backend', subsets: [subset('backend-alice')] },
            { labels: { 'dynamic-env': 'true' } },
          ),
        ],
      },
    ],
    [
      'our own clone whose label was edited',
      { related: [...MESH, unmarked], children: [unmarked] },
    ],
  ])('is not reported for %s', (_what, given) => {
    expect(plan(given)).not.toHaveProperty('takenBy');
  });
});

it('a Service that selects every clone by its mark is reported with a remedy', () => {
  const related = [...MESH, service('shop/clones', { 'dynamic-env': 'true' }, {})];
  const { deployment: made, problems } = plan({ related });
  expect(made).toBeUndefined();
  expect(problems[0]?.message).toMatch(
    /let the Service select other labels, or give the env another name$/,
  );
});

describe('podLabels that another Service selects', () => {
  const related = [...MESH, service('shop/payments', { app: 'payments' }, {})];
  const pulled = { related, subset: { podLabels: { app: 'payments' } } };

  it('prevent the clone, because that Service would send to it', () => {
    const { deployment: made, problems } = plan(pulled);
    expect(made).toBeUndefined();
    expect(problems).toEqual([
      {
        section: 'deployment',
        message:
          'Service shop/payments would send its requests to the clone, though not to the base; take the labels it selects out of podLabels',
      },
    ]);
  });

  it('are allowed if the Service sends to the base, too', () => {
    expect(plan({ related, subset: { podLabels: { tier: 'x' } } }).problems).toEqual([]);
  });
});

describe('no Service', () => {
  const told = (related: KubeObject[], rest: Given = {}) =>
    plan({ related: [deployment('shop/backend'), ...related], ...rest }).problems;

  it('names the labels', () => {
    expect(told([])).toEqual([
      {
        section: 'subset',
        message:
          "no Service in namespace shop selects both the base's and the clone's pods (app=backend,dynamic-env=true,riskified.com/clone=backend-alice,version=alice); add one, or list the Deployment under consumers",
      },
    ]);
  });

  it('names the Service that selects by version, and the label', () => {
    const selector = { app: 'backend', version: 'shared' };
    const problems = told([
      service('shop/a', selector),
      service('shop/b', { version: 'shared' }),
      service('shop/c', { app: 'c' }),
      service('shop/d', {}),
    ]);
    expect(problems).toEqual([
      {
        section: 'subset',
        message:
          "no Service in namespace shop selects both the base's and the clone's pods (app=backend,dynamic-env=true,riskified.com/clone=backend-alice,version=alice); Service a asks for version=shared, Service b asks for version=shared: take out of the selector what differs between versions",
      },
    ]);
  });

  it('is no problem of a consumer', () => {
    expect(told([], { consumer: true })).toEqual([]);
  });

  it('is reported for a kept clone, too', () => {
    const problems = plan({ related: [], children: [clone()] }).problems;
    expect(problems.map(({ section }) => section)).toEqual(['deployment', 'subset']);
    const others = [service('shop/other')];
    expect(plan({ related: others, children: [clone()] }).problems).toEqual(problems);
  });
});
