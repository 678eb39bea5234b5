import { describe, expect, it } from '@jest/globals';
import {
  withoutForeignAnnotations,
  withoutForeignLabels,
} from '../../../../../src/kinds/dynamicenv/plan/foreign-marks.ts';

const kept = { app: 'backend', 'team.example.com/owner': 'x', 'riskified.com/team': 'y' };

describe('labels', () => {
  it.each([
    'controller-uid',
    'app.kubernetes.io/managed-by',
    'app.kubernetes.io/instance',
    'helm.sh/chart',
    'argocd.argoproj.io/instance',
    'kustomize.toolkit.fluxcd.io/name',
    'helm.toolkit.fluxcd.io/name',
    'applyset.kubernetes.io/part-of',
    'kro.run/instance',
    'kapp.k14s.io/app',
    'kapp.k14s.io/association',
    'objectset.rio.cattle.io/hash',
    'fleet.cattle.io/bundle-name',
    'cli-utils.sigs.k8s.io/inventory-id',
    'configsync.gke.io/declared-version',
    'tanka.dev/environment',
    'olm.owner',
    'olm.owner.namespace',
    'olm.managed',
    'addonmanager.kubernetes.io/mode',
    'kubernetes.io/cluster-service',
    'skaffold.dev/run-id',
    'riskified.com/host',
    'env.riskified.com/bob',
  ])('%s is removed', (key) => {
    expect(withoutForeignLabels({ ...kept, [key]: 'x' }, [])).toEqual(kept);
  });

  it.each([
    'app.kubernetes.io/name',
    'helm.sh/chart-name',
    'argocd.argoproj.io',
    'addonmanager.kubernetes.io/other',
    'x/controller-uid',
  ])('%s stays', (key) => {
    expect(withoutForeignLabels({ [key]: 'x' }, [])).toEqual({ [key]: 'x' });
  });

  it('may be absent', () => {
    expect(withoutForeignLabels(undefined, [])).toEqual({});
  });
});

describe('annotations', () => {
  it.each([
    'kubectl.kubernetes.io/last-applied-configuration',
    'deployment.kubernetes.io/revision',
    'metacontroller.k8s.io/last-applied-configuration',
    'meta.helm.sh/release-name',
    'helm.sh/hook',
    'helm.sh/resource-policy',
    'argocd.argoproj.io/tracking-id',
    'kustomize.toolkit.fluxcd.io/prune',
    'helm.toolkit.fluxcd.io/driftDetection',
    'kapp.k14s.io/identity',
    'kapp.k14s.io/original',
    'objectset.rio.cattle.io/applied',
    'addon.k3s.cattle.io/gvks',
    'config.k8s.io/owning-inventory',
    'configmanagement.gke.io/managed',
    'riskified.com/draining-since',
    'field.cattle.io/publicEndpoints',
    'riskified.com/repair',
    'riskified.com/service-host',
    'riskified.com/route-injections',
    'riskified.com/configuration',
    'riskified.com/configured-variables',
  ])('%s is removed', (key) => {
    expect(withoutForeignAnnotations({ ...kept, [key]: 'x' }, [])).toEqual(kept);
  });
});

describe('what the administrator adds', () => {
  const labels = { a: '1', 'x.io/a': '2', 'x.io/b': '3', 'y.io/a': '4' };

  it.each<[string[], Record<string, string>]>([
    [['a'], { 'x.io/a': '2', 'x.io/b': '3', 'y.io/a': '4' }],
    [['x.io/*'], { a: '1', 'y.io/a': '4' }],
    [['x.io/b', 'y.io/a'], { a: '1', 'x.io/a': '2' }],
    [['x.io'], labels],
    [['*'], {}],
  ])('%j', (extra, expected) => {
    expect(withoutForeignLabels(labels, extra)).toEqual(expected);
    expect(withoutForeignAnnotations(labels, extra)).toEqual(expected);
  });
});
