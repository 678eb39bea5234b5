import { describe, expect, it } from '@jest/globals';
import type { Workload } from '../../../../../src/api/dynamicenv.ts';
import { canonicalJson } from '../../../../../src/k8s/canonical.ts';
import { hash10 } from '../../../../../src/k8s/hash.ts';
import { matchesSelector } from '../../../../../src/k8s/selector.ts';
import type { Deployment } from '../../../../../src/k8s/workload.ts';
import {
  type Clone,
  cloneDeployment,
} from '../../../../../src/kinds/dynamicenv/plan/deployment-clone.ts';
import { CONFIG, deepFreeze, deployment, running, workload } from '../../../../support/objects.ts';

const clone = (base: Deployment, rest: Partial<Workload> = {}, config = {}): Clone =>
  cloneDeployment(deepFreeze(base), deepFreeze(workload('shop/backend', rest)), 'alice', {
    ...CONFIG,
    ...config,
  });

/** Returns the clone. Fails the test if the clone is refused. */
function made(base: Deployment, rest: Partial<Workload> = {}, config = {}): Deployment {
  const result = clone(base, rest, config);
  if ('problem' in result) throw new Error(result.problem);
  return result.deployment;
}

const base = deployment(
  'shop/backend',
  {
    paused: true,
    strategy: { type: 'Recreate' },
    revisionHistoryLimit: 3,
    template: {
      metadata: {
        labels: { app: 'backend', version: 'shared', tier: 'web' },
        annotations: { 'prometheus.io/scrape': 'true' },
      },
      spec: {
        containers: [{ name: 'main', image: 'backend:1' }],
        initContainers: [{ name: 'migrate', image: 'migrate:1' }],
        serviceAccountName: 'backend',
      },
    },
  },
  {
    uid: 'u',
    resourceVersion: '7',
    generation: 4,
    creationTimestamp: '2025-01-01T00:00:00Z',
    managedFields: [{}],
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }],
    finalizers: ['example.com/keep'],
    labels: {
      app: 'backend',
      version: 'shared',
      'app.kubernetes.io/managed-by': 'Helm',
      'controller-uid': 'x',
    },
    annotations: {
      note: 'kept',
      'deployment.kubernetes.io/revision': '3',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    },
  },
);

const CLONE = { 'riskified.com/clone': 'backend-alice' };

describe('the clone', () => {
  it('is the base with overrides and marks, and without labels and annotations of other tools', () => {
    const spec = {
      replicas: 1,
      selector: { matchLabels: { app: 'backend', version: 'alice', ...CLONE } },
      strategy: { type: 'Recreate' },
      revisionHistoryLimit: 3,
      template: {
        metadata: {
          labels: {
            app: 'backend',
            version: 'alice',
            tier: 'web',
            ...CLONE,
            'dynamic-env': 'true',
          },
          annotations: { 'prometheus.io/scrape': 'true' },
        },
        spec: {
          containers: [{ name: 'main', image: 'backend:2' }],
          initContainers: [{ name: 'migrate', image: 'migrate:1' }],
          serviceAccountName: 'backend',
        },
      },
    };
    expect(made(running(base))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'backend-alice',
        namespace: 'shop',
        labels: { app: 'backend', version: 'alice', 'dynamic-env': 'true' },
        annotations: {
          note: 'kept',
          'riskified.com/dynamic-environment': 'alice',
          'riskified.com/deployment': 'shop/backend',
          'riskified.com/spec-hash': hash10(canonicalJson(spec)),
        },
      },
      spec,
    });
  });

  it('has the number of replicas in the spec', () => {
    expect(made(base, { replicas: 4 }).spec.replicas).toBe(4);
  });

  it('changes init containers, too', () => {
    const pod = made(base, { containers: [], initContainers: [{ args: ['x'] }] }).spec.template
      .spec;
    expect(pod?.containers).toEqual([{ name: 'main', image: 'backend:1' }]);
    expect(pod?.initContainers).toEqual([{ name: 'migrate', image: 'migrate:1', args: ['x'] }]);
  });

  it('gets no init containers if the base has none', () => {
    const pod = made(deployment('shop/backend')).spec.template.spec;
    expect(pod).toEqual({ containers: [{ name: 'main', image: 'backend:2' }] });
  });

  it('has a hash that shows whether its spec is the same', () => {
    const hashOf = (object: Deployment) => object.metadata.annotations?.['riskified.com/spec-hash'];
    const other = { ...base, metadata: { ...base.metadata, annotations: {} } };
    expect(hashOf(made(other))).toBe(hashOf(made(base)));
    expect(hashOf(made(base, { replicas: 2 }))).not.toBe(hashOf(made(base)));
  });

  it('omits labels and annotations that the administrator excludes', () => {
    const { labels, annotations } = made(
      { ...base, metadata: { ...base.metadata, labels: { app: 'x', 'a.io/b': '1' } } },
      {},
      { removeLabels: ['a.io/*'], removeAnnotations: ['note'] },
    ).metadata;
    expect(labels).toEqual({ app: 'x', version: 'alice', 'dynamic-env': 'true' });
    expect(Object.keys(annotations ?? {})).toEqual([
      'riskified.com/dynamic-environment',
      'riskified.com/deployment',
      'riskified.com/spec-hash',
    ]);
  });

  it('works with a minimal base', () => {
    const bare: Deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'backend', namespace: 'shop' },
      spec: { selector: {}, template: {} },
    };
    const { metadata, spec } = made(bare, { containers: [] });
    expect(metadata.labels).toEqual({ version: 'alice', 'dynamic-env': 'true' });
    expect(spec).toEqual({
      replicas: 1,
      selector: { matchLabels: { version: 'alice', ...CLONE } },
      template: { metadata: { labels: { version: 'alice', ...CLONE, 'dynamic-env': 'true' } } },
    });
  });

  it('uses the version label of the settings', () => {
    const { metadata, spec } = made(base, {}, { versionLabel: 'v' });
    expect(metadata.labels).toEqual({
      app: 'backend',
      version: 'shared',
      v: 'alice',
      'dynamic-env': 'true',
    });
    expect(spec.selector).toEqual({ matchLabels: { app: 'backend', v: 'alice', ...CLONE } });
    expect(spec.template.metadata?.labels).toMatchObject({ version: 'shared', v: 'alice' });
  });

  it('leaves the labels by which Istio names revisions in telemetry, unless podLabels say otherwise', () => {
    const labels = {
      'app.kubernetes.io/version': '1.2',
      'service.istio.io/canonical-revision': 'r1',
    };
    const template = { ...base.spec.template, metadata: { labels } };
    const versioned = { ...base, spec: { ...base.spec, selector: {}, template } };
    const { metadata } = made(versioned, {}).spec.template;
    expect(metadata?.labels).toEqual({
      ...labels,
      version: 'alice',
      'dynamic-env': 'true',
      'riskified.com/clone': 'backend-alice',
    });
    const podLabels = { 'service.istio.io/canonical-revision': 'alice' };
    expect(made(versioned, { podLabels }).spec.template.metadata?.labels).toMatchObject({
      'app.kubernetes.io/version': '1.2',
      ...podLabels,
    });
  });

  it('uses a short name for a long env, except in the annotation', () => {
    const env = 'e'.repeat(50);
    const result = cloneDeployment(base, workload('shop/backend'), env, CONFIG);
    if ('problem' in result) throw new Error(result.problem);
    const { metadata, spec } = result.deployment;
    const id = metadata.labels?.['version'] ?? '';
    expect(id).toMatch(/^e{29}-[0-9a-f]{10}$/);
    expect(spec.selector.matchLabels?.['version']).toBe(id);
    expect(spec.template.metadata?.labels?.['version']).toBe(id);
    expect(metadata.annotations?.['riskified.com/dynamic-environment']).toBe(env);
  });
});

describe('podLabels', () => {
  it('are set on the pods, and in the selector if it names them', () => {
    const { metadata, spec } = made(base, { podLabels: { app: 'mine', extra: 'x' } });
    expect(spec.template.metadata?.labels).toEqual({
      app: 'mine',
      version: 'alice',
      tier: 'web',
      extra: 'x',
      ...CLONE,
      'dynamic-env': 'true',
    });
    expect(spec.selector).toEqual({ matchLabels: { app: 'mine', version: 'alice', ...CLONE } });
    expect(metadata.labels).toEqual({ app: 'backend', version: 'alice', 'dynamic-env': 'true' });
  });

  it('never replace the marks', () => {
    const { spec } = made(base, {
      podLabels: { version: 'x', 'dynamic-env': 'no', 'riskified.com/clone': 'other' },
    });
    expect(spec.template.metadata?.labels).toMatchObject({
      version: 'alice',
      ...CLONE,
      'dynamic-env': 'true',
    });
    expect(spec.selector.matchLabels).toEqual({ app: 'backend', version: 'alice', ...CLONE });
  });
});

describe('the selector', () => {
  const selecting = (selector: Deployment['spec']['selector'], podLabels = {}) =>
    made({ ...base, spec: { ...base.spec, selector } }, { podLabels }).spec.selector;

  it.each(['tier', 'constructor', 'toString'])(
    'keeps an expression about another label: %s',
    (key) => {
      const expression = { key, operator: 'Exists' };
      expect(selecting({ matchExpressions: [expression] })).toEqual({
        matchLabels: { version: 'alice', ...CLONE },
        matchExpressions: [expression],
      });
    },
  );

  it.each([
    [{ key: 'version', operator: 'In', values: ['shared'] }, {}, { version: 'alice' }],
    [
      { key: 'dynamic-env', operator: 'DoesNotExist' },
      {},
      { version: 'alice', 'dynamic-env': 'true' },
    ],
    [
      { key: 'tier', operator: 'In', values: ['web'] },
      { tier: 'job' },
      { version: 'alice', tier: 'job' },
    ],
  ])('has no expression that the clone contradicts: %j', (expression, podLabels, matchLabels) => {
    expect(selecting({ matchExpressions: [expression] }, podLabels)).toEqual({
      matchLabels: { ...matchLabels, ...CLONE },
    });
  });

  it('follows the marks if the base names them', () => {
    expect(selecting({ matchLabels: { app: 'backend', 'dynamic-env': 'false' } })).toEqual({
      matchLabels: { app: 'backend', version: 'alice', ...CLONE, 'dynamic-env': 'true' },
    });
  });

  it.each<[string, Deployment['spec']['selector'], boolean]>([
    [
      'of a clone that the previous version made',
      { matchLabels: { app: 'backend', version: 'alice' } },
      true,
    ],
    [
      'of a clone whose base had another selector',
      { matchLabels: { app: 'x', version: 'alice' } },
      false,
    ],
  ])('is kept on a clone with the one %s: %j %s', (_what, selector, isKept) => {
    const observed = { ...base, spec: { ...base.spec, selector } };
    const result = cloneDeployment(base, workload('shop/backend'), 'alice', CONFIG, observed);
    if ('problem' in result) throw new Error(result.problem);
    const { spec } = result.deployment;
    expect(spec.selector.matchLabels).toEqual({
      app: 'backend',
      version: 'alice',
      ...(isKept ? {} : CLONE),
    });
    expect(spec.template.metadata?.labels).toMatchObject(CLONE);
  });
});

describe('unknown containers', () => {
  it.each<[Partial<Workload>, string]>([
    [
      { containers: [{ containerName: 'web', image: 'x' }] },
      'container web not found in Deployment shop/backend; it has: main',
    ],
    [
      { containers: [], initContainers: [{ containerName: 'main', image: 'x' }] },
      'init container main not found in Deployment shop/backend; it has: migrate',
    ],
    [
      {
        containers: [{ containerName: 'a', image: 'x' }],
        initContainers: [{ containerName: 'b', image: 'x' }],
      },
      'container a not found in Deployment shop/backend; it has: main; init container b not found in Deployment shop/backend; it has: migrate',
    ],
  ])('%j', (rest, problem) => {
    expect(clone(base, rest)).toEqual({ problem });
  });

  it('are an error, even if there are no containers at all', () => {
    const problem = 'init container (the first) not found in Deployment shop/backend; it has: none';
    expect(clone(deployment('shop/backend'), { initContainers: [{ image: 'x' }] })).toEqual({
      problem,
    });
  });

  it('are an error that lists the existing ones', () => {
    const two = deployment('shop/backend', {
      template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } },
    });
    expect(clone(two, { containers: [{ containerName: 'c', image: 'x' }] })).toEqual({
      problem: 'container c not found in Deployment shop/backend; it has: a, b',
    });
  });
});

// Autoscalers count the pods that their target's selector matches; disruption budgets count the pods that their own
// selector matches.
describe("a clone's pods are selected by every selector of the base's pods", () => {
  it.each<[Record<string, string>, boolean]>([
    [{ app: 'backend' }, true],
    [{ app: 'backend', tier: 'web' }, true],
    [{ app: 'backend', version: 'shared' }, false],
  ])('by %j: %s', (matchLabels, isSelected) => {
    const { template } = made({ ...base, spec: { ...base.spec, selector: { matchLabels } } }).spec;
    expect(matchesSelector({ matchLabels }, base.spec.template.metadata?.labels ?? {})).toBe(true);
    expect(matchesSelector({ matchLabels }, template.metadata?.labels ?? {})).toBe(isSelected);
  });
});
