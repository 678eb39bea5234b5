import { describe, expect, it } from '@jest/globals';
import type { Deployment, Service } from '../../../../../src/k8s/workload.ts';
import { withoutPods } from '../../../../../src/kinds/dynamicenv/plan/argo-rollout.ts';
import {
  otherEnvsClone,
  wrongVersion,
} from '../../../../../src/kinds/dynamicenv/plan/base-trouble.ts';
import { deployment, service } from '../../../../support/objects.ts';

const withLabels = (labels: Record<string, string>): Deployment => {
  const base = deployment('shop/api');
  const template = { ...base.spec.template, metadata: { labels } };
  return { ...base, spec: { ...base.spec, template } };
};

describe("the version of a base's pods", () => {
  it.each<[Record<string, string>, string, string, RegExp | undefined]>([
    [{ version: 'shared' }, 'version', 'shared', undefined],
    [{ version: 'v1' }, 'version', 'v1', undefined],
    [{ app: 'api' }, 'version', 'shared', /no label version.*first add "version: shared"/],
    [{ version: '' }, 'version', 'shared', /an empty label version.*first add "version: shared"/],
    [{ version: 'v1' }, 'version', 'shared', /have version: v1, not shared.*"defaultVersion: v1"/],
    [{ version: 'v1' }, 'rev', 'main', /no label rev.*first add "rev: main"/],
  ])('%j, for %s=%s', (labels, label, version, told) => {
    const message = wrongVersion(withLabels(labels), label, version);
    if (told === undefined) expect(message).toBeUndefined();
    else expect(message).toMatch(told);
  });
});

describe('a base', () => {
  const owned = (kind: string, apiVersion: string, controller = true): Deployment => {
    const base = deployment('shop/api-alice');
    const metadata = {
      ...base.metadata,
      annotations: { 'riskified.com/deployment': 'shop/api' },
      ownerReferences: [{ apiVersion, kind, name: 'alice', uid: 'u', controller }],
    };
    return { ...base, metadata };
  };

  it.each<[string, Deployment, string | undefined]>([
    [
      'of an env',
      owned('DynamicEnv', 'riskified.com/v1alpha1'),
      'Deployment shop/api-alice was made for DynamicEnv alice; name its base (shop/api) instead',
    ],
    ['of something else', owned('Application', 'app.k8s.io/v1'), undefined],
    ["of another group's kind", owned('DynamicEnv', 'example.com/v1'), undefined],
    ['that an env only refers to', owned('DynamicEnv', 'riskified.com/v1alpha1', false), undefined],
    ['without an owner', deployment('shop/api'), undefined],
  ])('%s', (_name, base, told) => expect(otherEnvsClone(base)).toBe(told));

  const scaled = (replicas: number | undefined): Deployment => {
    const base = withLabels({ app: 'api' });
    return { ...base, spec: { ...base.spec, ...(replicas === undefined ? {} : { replicas }) } };
  };
  const managed = (selector: Record<string, string>): Service => {
    const one = service('shop/api');
    const annotations = { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'rollout' };
    return { ...one, metadata: { ...one.metadata, annotations }, spec: { selector } };
  };

  it.each<[string, Deployment, Service[], RegExp | undefined]>([
    ['with pods', scaled(1), [managed({ app: 'api' })], undefined],
    ['with the default number of pods', scaled(undefined), [], undefined],
    ['without pods', scaled(0), [], /unless an Argo Rollout/],
    [
      'whose Service a Rollout manages',
      scaled(0),
      [managed({ app: 'api' })],
      /Rollout rollout, which/,
    ],
    [
      'whose Service a Rollout manages by its hash',
      scaled(0),
      [managed({ app: 'api', 'rollouts-pod-template-hash': '5' })],
      /Rollout rollout, which/,
    ],
    ["beside a Rollout's Service", scaled(0), [managed({ app: 'web' })], /unless an Argo Rollout/],
    ['beside one that selects nothing', scaled(0), [managed({})], /unless an Argo Rollout/],
  ])('%s', (_name, base, services, told) => {
    const message = withoutPods(base, services);
    if (told === undefined) expect(message).toBeUndefined();
    else expect(message).toMatch(told);
  });
});
