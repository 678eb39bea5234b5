import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import { activation } from '../../../../../src/kinds/dynamicenv/lifecycle/activation.ts';
import { observe } from '../../../../../src/kinds/dynamicenv/observed.ts';
import { planExisting } from '../../../../../src/kinds/dynamicenv/plan/existing.ts';
import { envWorkloads } from '../../../../../src/kinds/dynamicenv/plan/workloads.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  NOW,
  objectMap,
  rule,
  service,
  workload,
} from '../../../../support/objects.ts';

const BASE = [deployment('shop/backend'), service('shop/backend'), rule('shop/backend')];

function other(spec: object, metadata: object = {}): KubeObject {
  const made = service('shop/backend-mp-101', { app: 'backend-mp-101' });
  return {
    ...made,
    metadata: { ...made.metadata, ...metadata },
    spec: { ...made.spec, ...spec },
  } as KubeObject;
}

/** The plan of an env that routes to the Service backend-mp-101, with these objects beside the base. */
function plan(related: readonly KubeObject[], children: readonly KubeObject[] = []) {
  const existing = { service: 'backend-mp-101' };
  const env = dynamicEnv({ subsets: [workload('shop/backend', { existing })] });
  const [entry] = envWorkloads(env);
  if (entry === undefined) throw new Error('no workload');
  const observed = observe(objectMap(children));
  const view = meshView(objectMap([...BASE, ...related]), 'cluster.local');
  const context = deepFreeze({ env, observed, config: CONFIG, now: NOW, view });
  const made = planExisting(entry, existing, context);
  return { ...made, seen: observed, texts: made.problems.map(({ message }) => message) };
}

const PORTS = { ports: [{ port: 443 }, { port: 80 }, { port: 53, protocol: 'UDP' }] };

describe('the plan for a Service that exists already', () => {
  it('names its ports, without those for UDP, and no rule', () => {
    const { hosts, problems } = plan([other(PORTS)]);
    expect(problems).toEqual([]);
    expect(hosts).toMatchObject([
      {
        rules: [],
        isRuleless: true,
        injection: {
          spec: {
            clone: 'backend-mp-101',
            service: { host: 'backend-mp-101.shop.svc.cluster.local', ports: [80, 443] },
          },
        },
      },
    ]);
    expect(hosts[0]?.injection.spec).not.toHaveProperty('subset');
  });

  it('says that the pods may be the same if its selector only narrows that of the base', () => {
    const shared = other({ ...PORTS, selector: { app: 'backend', branch: 'mp-101' } });
    expect(plan([shared]).hosts[0]?.injection.spec.service).toMatchObject({ sharesPods: true });
  });

  it('activates the routes when the Service is older than the settle time', () => {
    const young = plan([other(PORTS, { creationTimestamp: NOW.toISOString() })]);
    const old = plan([other(PORTS, { creationTimestamp: '2020-01-01T00:00:00Z' })]);
    const of = (one: typeof young) => {
      const [host] = one.hosts;
      if (host === undefined) throw new Error('no host');
      return activation(one, host, one.seen, { settleSeconds: 3, now: NOW });
    };
    expect(of(young)).toEqual({ active: false, wait: expect.any(Number) });
    expect(of(old)).toEqual({ active: true });
  });

  it('keeps the routes as they are while its ports are not known', () => {
    const [host] = plan([other(PORTS)]).hosts;
    if (host === undefined) throw new Error('no host');
    const active = { ...host.injection, spec: { ...host.injection.spec, active: true } };
    const unknown = plan([other({ ports: undefined })], [active]);
    expect(unknown.texts).toEqual([expect.stringContaining('are not known yet')]);
    expect(unknown.hosts.map(({ injection }) => injection.spec.active)).toEqual([true]);
    // Unlike a Service that is gone.
    expect(plan([], [active]).hosts).toEqual([]);
  });
});
