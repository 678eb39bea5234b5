import { describe, expect, it } from '@jest/globals';
import { hash10 } from '../../../../src/k8s/hash.ts';
import { relatedToEnv } from '../../../../src/kinds/dynamicenv/customize.ts';
import { CONFIG, deepFreeze, dynamicEnv, workload } from '../../../support/objects.ts';

const NOT_OURS = { matchExpressions: [{ key: 'dynamic-env', operator: 'DoesNotExist' }] };
const deployments = (namespace: string, names: string[]) => ({
  apiVersion: 'apps/v1',
  resource: 'deployments',
  namespace,
  names,
});
const statefulSets = (namespace: string, names: string[]) => ({
  apiVersion: 'apps/v1',
  resource: 'statefulsets',
  namespace,
  names,
});
const services = (namespace: string) => ({ apiVersion: 'v1', resource: 'services', namespace });
const rules = {
  apiVersion: 'networking.istio.io/v1',
  resource: 'destinationrules',
  labelSelector: NOT_OURS,
};
const virtualServices = (id: string) => ({
  apiVersion: 'networking.istio.io/v1',
  resource: 'virtualservices',
  labelSelector: { matchExpressions: [{ key: `env.riskified.com/${id}`, operator: 'Exists' }] },
});

const related = (spec = {}, config = {}, name = 'alice') =>
  relatedToEnv(deepFreeze(dynamicEnv(spec, { name })), { ...CONFIG, ...config });

describe('relatedToEnv', () => {
  it('asks for what one subset needs', () => {
    expect(related()).toEqual([
      deployments('shop', ['backend', 'backend-alice']),
      statefulSets('shop', ['backend']),
      services('shop'),
      { ...rules, namespace: 'shop' },
      virtualServices('alice'),
    ]);
  });

  it('asks for a Deployment that exists already; all Services of a namespace come anyway', () => {
    const subsets = [
      workload('shop/backend', { existing: { deployment: 'backend-mp-101' } }),
      workload('shop/web', { existing: { service: 'web-mp-101' } }),
    ];
    const [asked, , asks] = related({ subsets });
    const names = ['backend', 'backend-alice', 'backend-mp-101', 'web', 'web-alice'];
    expect(asked).toEqual(deployments('shop', names));
    expect(asks).toEqual(services('shop'));
  });

  it('asks once per namespace, sorted, whatever the order in the spec', () => {
    const spec = {
      subsets: [workload('shop/web'), workload('bank/teller'), workload('shop/backend')],
      consumers: [workload('shop/worker'), workload('batch/job')],
    };
    expect(related(spec)).toEqual([
      deployments('shop', [
        'backend',
        'backend-alice',
        'web',
        'web-alice',
        'worker',
        'worker-alice',
      ]),
      statefulSets('shop', ['backend', 'web', 'worker']),
      services('shop'),
      deployments('bank', ['teller', 'teller-alice']),
      statefulSets('bank', ['teller']),
      services('bank'),
      deployments('batch', ['job', 'job-alice']),
      statefulSets('batch', ['job']),
      services('batch'),
      { ...rules, namespace: 'bank' },
      { ...rules, namespace: 'batch' },
      { ...rules, namespace: 'shop' },
      virtualServices('alice'),
    ]);
  });

  it('asks for the rules of consumers, too: their subsets may select the pods', () => {
    expect(related({ subsets: [], consumers: [workload('shop/worker')] })).toEqual([
      deployments('shop', ['worker', 'worker-alice']),
      statefulSets('shop', ['worker']),
      services('shop'),
      { ...rules, namespace: 'shop' },
      virtualServices('alice'),
    ]);
  });

  it('asks for a base once, even if it is also the name of another clone', () => {
    const subsets = [workload('shop/backend'), workload('shop/backend-alice')];
    expect(related({ subsets })[0]).toEqual(
      deployments('shop', ['backend', 'backend-alice', 'backend-alice-alice']),
    );
  });

  it('asks for rules in further namespaces', () => {
    const asked = related({}, { ruleNamespaces: ['mesh', 'shop', 'front'] });
    expect(asked.filter(({ resource }) => resource === 'destinationrules')).toEqual([
      { ...rules, namespace: 'front' },
      { ...rules, namespace: 'mesh' },
      { ...rules, namespace: 'shop' },
    ]);
  });

  it('asks for rules in all namespaces', () => {
    const asked = related({}, { ruleNamespaces: ['front', '*'] });
    expect(asked.filter(({ resource }) => resource === 'destinationrules')).toEqual([rules]);
  });

  describe('with a scope', () => {
    const inScope = (resource: string, namespace: string, selector: object) => ({
      apiVersion: 'apps/v1',
      resource,
      namespace,
      labelSelector: selector,
    });
    const environments = { apiVersion: 'riskified.com/v1alpha1', resource: 'environments' };
    const selector = {
      matchLabels: { tier: 'back' },
      matchExpressions: [{ key: 'team', operator: 'Exists' }],
    };
    const scope = [{ namespace: 'shop', selector }, { namespace: 'bank' }];
    const selected = {
      matchLabels: { tier: 'back' },
      matchExpressions: [...selector.matchExpressions, ...NOT_OURS.matchExpressions],
    };

    it('asks for the workloads that it selects, and no clones, and for all Environments', () => {
      expect(related({ subsets: [], environment: 'qa', scope })).toEqual([
        inScope('deployments', 'shop', selected),
        inScope('statefulsets', 'shop', selected),
        inScope('deployments', 'bank', NOT_OURS),
        inScope('statefulsets', 'bank', NOT_OURS),
        services('bank'),
        services('shop'),
        environments,
        { ...rules, namespace: 'bank' },
        { ...rules, namespace: 'shop' },
        virtualServices('alice'),
      ]);
    });

    it('asks for the Services of a namespace once', () => {
      const asked = related({ vars: { A: '1' }, scope: [...scope, { namespace: 'shop' }] });
      expect(asked.filter(({ resource }) => resource === 'services')).toEqual([
        services('shop'),
        services('bank'),
      ]);
      expect(asked).not.toContainEqual(environments);
    });

    it('asks for the index of a namespace instead', () => {
      const asked = related(
        { subsets: [], vars: { A: '1' }, scope },
        { indexedNamespaces: ['bank'] },
      );
      expect(asked.filter(({ namespace }) => namespace === 'bank')).toEqual([
        inScope('deployments', 'bank', NOT_OURS),
        inScope('statefulsets', 'bank', NOT_OURS),
        {
          apiVersion: 'riskified.com/v1alpha1',
          resource: 'meshindexes',
          namespace: 'bank',
          names: ['mesh-index'],
        },
      ]);
    });

    it('asks for no Environments in a cluster without them: Metacontroller would fail', () => {
      const asked = related({ environment: 'qa' }, { withoutEnvironments: true });
      expect(asked).not.toContainEqual(environments);
    });
  });

  describe('of namespaces that are indexed', () => {
    const index = (namespace: string) => ({
      apiVersion: 'riskified.com/v1alpha1',
      resource: 'meshindexes',
      namespace,
      names: ['mesh-index'],
    });
    const namespaces = (names: string[]) => ({ apiVersion: 'v1', resource: 'namespaces', names });

    it('asks for the index, and for the Namespace, which shows a later sync that the index was requested', () => {
      expect(related({}, { indexedNamespaces: ['other', 'shop'] })).toEqual([
        deployments('shop', ['backend', 'backend-alice']),
        statefulSets('shop', ['backend']),
        index('shop'),
        namespaces(['shop']),
        virtualServices('alice'),
      ]);
    });

    it('asks for the objects of other namespaces', () => {
      const spec = { subsets: [workload('shop/web'), workload('bank/teller')] };
      expect(related(spec, { indexedNamespaces: ['shop'] })).toEqual([
        deployments('shop', ['web', 'web-alice']),
        statefulSets('shop', ['web']),
        deployments('bank', ['teller', 'teller-alice']),
        statefulSets('bank', ['teller']),
        services('bank'),
        { ...rules, namespace: 'bank' },
        index('shop'),
        namespaces(['shop']),
        virtualServices('alice'),
      ]);
    });

    it('asks for the index of a consumer’s namespace, which contains its Services', () => {
      const spec = { subsets: [workload('bank/teller')], consumers: [workload('shop/worker')] };
      expect(related(spec, { indexedNamespaces: ['shop'] })).toEqual([
        deployments('bank', ['teller', 'teller-alice']),
        statefulSets('bank', ['teller']),
        services('bank'),
        deployments('shop', ['worker', 'worker-alice']),
        statefulSets('shop', ['worker']),
        { ...rules, namespace: 'bank' },
        index('shop'),
        namespaces(['shop']),
        virtualServices('alice'),
      ]);
    });

    it('asks for the indexes of rule namespaces for consumers, too', () => {
      const config = { indexedNamespaces: ['mesh'], ruleNamespaces: ['mesh'] };
      expect(related({}, config)).toContainEqual(index('mesh'));
      const consumer = { subsets: [], consumers: [workload('shop/worker')] };
      expect(related(consumer, config)).toContainEqual(index('mesh'));
    });

    it('asks for all rules as objects if the rules of all namespaces count', () => {
      const asked = related({}, { indexedNamespaces: ['shop'], ruleNamespaces: ['*'] });
      expect(asked.slice(2)).toEqual([
        rules,
        index('shop'),
        namespaces(['shop']),
        virtualServices('alice'),
      ]);
    });
  });

  it('asks only for VirtualServices if the spec is invalid', () => {
    const env = { ...dynamicEnv(), spec: { istioMatches: [] } };
    expect(relatedToEnv(env, CONFIG)).toEqual([virtualServices('alice')]);
  });

  it('selects VirtualServices by the short name of the env', () => {
    expect(related({}, {}, 'x.y').at(-1)).toEqual(virtualServices(`x-y-${hash10('x.y')}`));
  });
});
