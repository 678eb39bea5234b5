import { expect, test } from '@jest/globals';
import type { ObjectMap } from '../../../../../src/hooks/types.ts';
import { groupsNotSent } from '../../../../../src/kinds/dynamicenv/checks/sent-groups.ts';
import { CONFIG, dynamicEnv, rule, service, workload } from '../../../../support/objects.ts';

const ENV = dynamicEnv({ subsets: [workload('shop/backend')], consumers: [workload('bank/web')] });
const ALWAYS = [
  'Deployment.apps/v1',
  'StatefulSet.apps/v1',
  'VirtualService.networking.istio.io/v1',
];
const RULES = 'DestinationRule.networking.istio.io/v1';
const INDEX = 'MeshIndex.riskified.com/v1alpha1';
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

const sent = (groups: ObjectMap): ObjectMap => ({
  ...Object.fromEntries(ALWAYS.map((key) => [key, {}])),
  ...groups,
});
const notSent = (groups: ObjectMap, ...indexedNamespaces: string[]) =>
  groupsNotSent(ENV, { ...CONFIG, indexedNamespaces }, sent(groups));

const plain = { 'Service.v1': {}, [RULES]: {} };
const shop = { 'shop/backend': service('shop/backend') };
const shopIndexed = { [INDEX]: {}, 'Namespace.v1': { shop: NAMESPACE } };

test.each<[string, ObjectMap, string[], string[]]>([
  ['all as objects, empty', plain, [], []],
  ['no Services', { [RULES]: {} }, [], ['Service.v1']],
  ['neither', {}, [], [RULES, 'Service.v1']],
  ['one namespace by its MeshIndex', { 'Service.v1': {}, ...shopIndexed }, ['shop'], []],
  [
    'the same, for a request that was made when the namespace was in the list',
    { 'Service.v1': {}, ...shopIndexed },
    [],
    [],
  ],
  [
    'objects, for a request that was made when it was not in the list',
    { 'Service.v1': shop, [RULES]: { 'shop/a': rule('shop/a') } },
    ['shop'],
    [],
  ],
  ['only objects of another namespace', plain, ['shop'], [INDEX, 'Namespace.v1']],
  [
    'a MeshIndex without its Namespace',
    { 'Service.v1': {}, [INDEX]: {} },
    ['shop'],
    ['Namespace.v1'],
  ],
  [
    'a Namespace without a MeshIndex',
    { 'Service.v1': {}, 'Namespace.v1': { shop: NAMESPACE } },
    ['shop'],
    [INDEX],
  ],
])('%s', (_, groups, indexed, missing) => {
  expect(notSent(groups, ...indexed)).toEqual(missing);
});

test.each(ALWAYS)('%s is always needed', (key) => {
  const { [key]: _group, ...related } = sent(plain);
  expect(groupsNotSent(ENV, CONFIG, related)).toEqual([key]);
});

test('consumers need no rules', () => {
  const { [RULES]: _rules, ...related } = sent(plain);
  const env = dynamicEnv({ subsets: [], consumers: [workload('bank/web')] });
  expect(groupsNotSent(env, CONFIG, related)).toEqual([]);
});

test('the Environments are needed by an env that names one', () => {
  const { subsets = [] } = ENV.spec;
  const env = dynamicEnv({ subsets, environment: 'qa' });
  const group = 'Environment.riskified.com/v1alpha1';
  expect(groupsNotSent(env, CONFIG, sent(plain))).toEqual([group]);
  expect(groupsNotSent(env, CONFIG, { ...sent(plain), [group]: {} })).toEqual([]);
});

test('an env with a scope needs the rules of its namespaces', () => {
  const { [RULES]: _rules, ...related } = sent(plain);
  const env = dynamicEnv({ subsets: [], vars: { A: '1' }, scope: [{ namespace: 'shop' }] });
  expect(groupsNotSent(env, CONFIG, related)).toEqual([RULES]);
});

test('an invalid spec needs only VirtualServices', () => {
  expect(groupsNotSent(dynamicEnv({ subsets: [] }), CONFIG, {})).toEqual([
    'VirtualService.networking.istio.io/v1',
  ]);
});
