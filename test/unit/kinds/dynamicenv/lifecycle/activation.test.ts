import { describe, expect, it } from '@jest/globals';
import type { DestinationRule } from '../../../../../src/istio/types.ts';
import type { Deployment } from '../../../../../src/k8s/workload.ts';
import { activation } from '../../../../../src/kinds/dynamicenv/lifecycle/activation.ts';
import type { HostPlan } from '../../../../../src/kinds/dynamicenv/plan/host-plan.ts';
import type { WorkloadPlan } from '../../../../../src/kinds/dynamicenv/plan/workload-plan.ts';
import {
  at,
  deepFreeze,
  deployment,
  injection,
  type Meta,
  rule,
  running,
  stamp,
  workload,
} from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const subsets = [
  { name: 'backend-alice', labels: { version: 'alice', 'riskified.com/clone': 'backend-alice' } },
];
const wantedRule = (name: string, meta: Meta = {}) => rule(name, { subsets }, meta);
const aged = (name: string, seconds: number, meta: Meta = {}) =>
  wantedRule(name, { creationTimestamp: stamp(-seconds), ...meta });
const labels = { app: 'backend', version: 'alice', 'riskified.com/clone': 'backend-alice' };
const marked = (selector: Record<string, string> = labels) =>
  deployment('shop/backend-alice', {
    selector: { matchLabels: selector },
    template: { metadata: { labels } },
  });

interface Given {
  clone?: Deployment | undefined;
  plan?: Partial<WorkloadPlan>;
  wanted?: string[];
  rules?: DestinationRule[];
  active?: boolean;
  settleSeconds?: number;
}

function judge(given: Given) {
  const { wanted = ['shop/r'], rules = [aged('shop/r', 60)], active, settleSeconds = 3 } = given;
  const clone = 'clone' in given ? given.clone : running(marked());
  const host: HostPlan = {
    service: 'backend',
    namespace: 'shop',
    host: HOST,
    rules: wanted.map((path) => wantedRule(path)),
    harmful: [],
    injection: injection({ subset: 'backend-alice' }),
  };
  const plan: WorkloadPlan = {
    kind: 'subset',
    workload: workload('shop/backend'),
    key: 'shop/backend',
    cloneName: 'backend-alice',
    ...(clone === undefined ? {} : { observed: clone }),
    recreate: false,
    hosts: [host],
    problems: [],
    ...given.plan,
  };
  const injections = active === undefined ? [] : [injection({ active, subset: 'backend-alice' })];
  const observed = { deployments: [], rules, injections };
  return activation(deepFreeze(plan), host, deepFreeze(observed), { settleSeconds, now: at(0) });
}

const unavailable = marked();
const OF_BEFORE = marked({ app: 'backend', version: 'alice' });
const dying = { deletionTimestamp: stamp(0) };

describe('activation', () => {
  it.each<[string, Given, object]>([
    ['available and settled', {}, { active: true }],
    ['inactive before', { active: false }, { active: true }],
    ['not created yet', { clone: undefined }, { active: false }],
    ['not available', { clone: unavailable }, { active: false }],
    ['no rule planned', { wanted: [] }, { active: false }],
    ['the rule not created yet', { rules: [] }, { active: false }],
    ['another rule only', { rules: [aged('shop/other', 60)] }, { active: false }],
    ['the rule is being deleted', { rules: [aged('shop/r', 60, dying)] }, { active: false }],
    [
      'the clone is being deleted',
      { clone: running(deployment('shop/x', {}, dying)) },
      { active: false },
    ],
    ['the clone has to be recreated', { plan: { recreate: true } }, { active: false }],
    ['the rule without the subset', { rules: [rule('shop/r')] }, { active: false }],
    [
      'the rule with the subset of other pods',
      { rules: [rule('shop/r', { subsets: [{ name: 'backend-alice' }] })] },
      { active: false },
    ],
    [
      'the rule is an hour old and was written a second ago',
      { rules: [aged('shop/r', 3600, { managedFields: [{ time: stamp(-1) }] })] },
      { active: false, wait: 3 },
    ],
    [
      "pods without the clone's mark",
      { clone: running(deployment('shop/backend-alice')) },
      { active: false },
    ],
    [
      'a clone that the previous version made, with marks',
      { clone: running(OF_BEFORE) },
      { active: true },
    ],
    [
      'a clone that the previous version made, and some of its pods have no mark yet',
      { clone: running(OF_BEFORE, { updatedReplicas: 1 }) },
      { active: false },
    ],
    [
      'a clone during a rolling update',
      { clone: running(marked(), { updatedReplicas: 1 }) },
      { active: true },
    ],
    ['a consumer', { plan: { kind: 'consumer' } }, { active: false }],
    ['a fresh rule', { rules: [aged('shop/r', 0)] }, { active: false, wait: 4 }],
    ['a rule of three seconds', { rules: [aged('shop/r', 3)] }, { active: false, wait: 1 }],
    ['a rule of four seconds', { rules: [aged('shop/r', 4)] }, { active: true }],
    [
      'a longer settle time',
      { rules: [aged('shop/r', 4)], settleSeconds: 9 },
      { active: false, wait: 6 },
    ],
    ['a rule without a time', { rules: [wantedRule('shop/r')] }, { active: true }],
    ['one of two rules missing', { wanted: ['shop/r', 'shop/s'] }, { active: false }],
    [
      'the younger of two rules counts',
      { wanted: ['shop/r', 'shop/s'], rules: [aged('shop/r', 60), aged('shop/s', 1)] },
      { active: false, wait: 3 },
    ],
    [
      'two settled rules',
      { wanted: ['shop/r', 'shop/s'], rules: [aged('shop/r', 60), aged('shop/s', 5)] },
      { active: true },
    ],
  ])('%s', (_what, given, expected) => {
    expect(judge(given)).toEqual(expected);
  });

  it.each<[string, Given, boolean]>([
    ['the clone crashed', { clone: unavailable }, true],
    ['the rule is new', { rules: [aged('shop/r', 0)] }, true],
    ['one of two rules is gone', { wanted: ['shop/r', 'shop/s'] }, true],
    ['all rules are gone', { rules: [] }, false],
    ['the base rule is gone', { wanted: [] }, false],
    ['the rule is being deleted', { rules: [aged('shop/r', 60, dying)] }, false],
    ['the clone is gone', { clone: undefined }, false],
    ['the clone is being deleted', { clone: running(deployment('shop/x', {}, dying)) }, false],
    ['the clone has to be recreated', { plan: { recreate: true } }, false],
    ['it became a consumer', { plan: { kind: 'consumer' } }, false],
  ])('stays active, though %s: %s', (_what, given, active) => {
    expect(judge({ ...given, active: true })).toEqual({ active });
  });
});
