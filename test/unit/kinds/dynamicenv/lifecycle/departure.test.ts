import { describe, expect, it } from '@jest/globals';
import { injectedRouteName } from '../../../../../src/api/route-name.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { DestinationRule, VirtualService } from '../../../../../src/istio/types.ts';
import type { Deployment } from '../../../../../src/k8s/workload.ts';
import {
  type DepartureContext,
  deploymentDeparture,
  injectionDeparture,
  ruleDeparture,
} from '../../../../../src/kinds/dynamicenv/lifecycle/departure.ts';
import {
  deepFreeze,
  deployment,
  injection,
  NOW,
  routeTo,
  rule,
  stamp,
  virtualService,
} from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const DRAINING = 'riskified.com/draining-since';
const BASE = { 'riskified.com/deployment': 'shop/backend' };
const OTHER = { 'riskified.com/deployment': 'shop/other' };
const ON_HOST = { 'riskified.com/service-host': HOST };

const clone = (annotations: Record<string, string> = BASE) =>
  deployment('shop/backend-alice', {}, { annotations });
const ownRule = (annotations: Record<string, string> = { ...BASE, ...ON_HOST }) =>
  rule('shop/own', {}, { annotations });
const off = injection();
const on = injection({ active: true });
const consumer = (): RouteInjection => {
  const { subset: _subset, ...spec } = off.spec;
  return { ...off, spec };
};

const name = injectedRouteName('alice', { namespace: 'shop', name: 'backend' }, HOST);
const routed = virtualService('shop/backend', { http: [routeTo('backend', 'alice', { name })] });
const strange = virtualService('shop/backend', {
  http: [
    routeTo('backend', 'bob', {
      name: injectedRouteName('bob', { namespace: 'shop', name: 'backend' }, HOST),
    }),
  ],
});

interface Given {
  deployments?: Deployment[];
  rules?: DestinationRule[];
  injections?: RouteInjection[];
  virtualServices?: VirtualService[];
  force?: boolean;
  drainSeconds?: number;
}

function context(given: Given): DepartureContext {
  const { deployments = [], rules = [], injections = [], virtualServices = [] } = given;
  return deepFreeze({
    env: 'alice',
    observed: { deployments, rules, injections },
    virtualServices,
    harmful: new Set<string>(),
    clusterDomain: 'cluster.local',
    drainSeconds: given.drainSeconds ?? 10,
    now: NOW,
    force: given.force ?? false,
  });
}

const kept = { keep: true };
const gone = {};
const drained = (since: number, wait: number) => ({ since: stamp(since), wait });

/** The answer in short form, without the child itself. */
function brief(departure: ReturnType<typeof deploymentDeparture>): object {
  if (departure.child === undefined) return departure;
  const since = departure.child.metadata.annotations?.[DRAINING];
  return since === undefined ? kept : { since, wait: departure.wait };
}

describe('deploymentDeparture', () => {
  const draining = (time: string) => clone({ ...BASE, [DRAINING]: time });

  /**
   * The draining time is in the future, because a replica whose clock is ahead has written it. Then the time counts at
   * which the API server stored the object.
   */
  const ahead = (
    noted: number,
    written: number,
    told: object,
  ): [string, Deployment, Given, object][] => {
    const { metadata, ...rest } = draining(stamp(noted));
    const managedFields = [{ manager: 'metacontroller', time: stamp(written) }];
    const child = { ...rest, metadata: { ...metadata, managedFields } };
    return [
      [`nothing since a future time, written ${written} s ago`, child, { injections: [off] }, told],
    ];
  };

  it.each<[string, Deployment, Given, object]>([
    ['an active injection', clone(), { injections: [on] }, kept],
    ['routes', clone(), { injections: [off], virtualServices: [routed] }, kept],
    [
      'routes of other envs',
      clone(),
      { injections: [off], virtualServices: [strange] },
      drained(0, 11),
    ],
    ['nothing any more', clone(), { injections: [off] }, drained(0, 11)],
    ['nothing for 5 s', draining(stamp(-5)), { injections: [off] }, drained(-5, 6)],
    ['nothing for 10 s', draining(stamp(-10)), { injections: [off] }, drained(-10, 1)],
    ['nothing for 11 s', draining(stamp(-11)), { injections: [off] }, gone],
    ['routes again', draining(stamp(-5)), { injections: [off], virtualServices: [routed] }, kept],
    ['an active injection again', draining(stamp(-50)), { injections: [on] }, kept],
    [
      'nothing, with another drain time',
      clone(),
      { injections: [off], drainSeconds: 1 },
      drained(0, 2),
    ],
    ['nothing, without drain time', clone(), { injections: [off], drainSeconds: 0 }, gone],
    [
      'an active injection, without drain time',
      clone(),
      { injections: [on], drainSeconds: 0 },
      kept,
    ],
    ['nothing since an unreadable time', draining('soon'), { injections: [off] }, drained(0, 11)],
    ['nothing since a future time', draining(stamp(60)), { injections: [off] }, drained(0, 11)],
    ...ahead(60, -5, drained(60, 6)),
    ...ahead(60, -11, gone),
    ...ahead(9e9, -11, gone),
    ['no injection ever', clone(), {}, gone],
    ['no injection ever, without annotations', deployment('shop/backend-alice'), {}, gone],
    [
      'nothing any more, without annotations',
      deployment('shop/backend-alice'),
      { injections: [off] },
      drained(0, 11),
    ],
    ['no injection any more', draining(stamp(-5)), {}, drained(-5, 6)],
    ['no routes ever (a consumer)', clone(), { injections: [consumer()] }, gone],
    [
      'another’s injection only',
      clone(),
      {
        injections: [injection({ deployment: { namespace: 'shop', name: 'other' }, active: true })],
      },
      gone,
    ],
    ['a rule', clone(), { rules: [ownRule()] }, drained(0, 11)],
    ['a rule with routes', clone(), { rules: [ownRule()], virtualServices: [routed] }, kept],
    [
      'a rule whose host is unknown',
      clone(),
      { rules: [ownRule(BASE)], virtualServices: [routed] },
      drained(0, 11),
    ],
    ['a rule of unknown base', clone(), { rules: [ownRule(ON_HOST)] }, drained(0, 11)],
    ['another’s rule', clone(), { rules: [ownRule({ ...OTHER, ...ON_HOST })] }, gone],
    [
      'an unknown injection',
      clone({}),
      {
        injections: [injection({ deployment: { namespace: 'shop', name: 'other' }, active: true })],
      },
      kept,
    ],
    [
      "an unknown injection's rule",
      clone({}),
      { rules: [ownRule({ ...OTHER, ...ON_HOST })] },
      drained(0, 11),
    ],
    [
      'routes, but the removal is forced',
      clone(),
      { injections: [on], virtualServices: [routed], force: true },
      gone,
    ],
  ])('requests are routed to it by %s', (_what, child, given, expected) => {
    expect(brief(deploymentDeparture(deepFreeze(child), context(given)))).toEqual(expected);
  });

  it('returns the child as it is, with the draining time', () => {
    expect(deploymentDeparture(clone(), context({ injections: [off] }))).toEqual({
      child: clone({ ...BASE, [DRAINING]: stamp(0) }),
      wait: 11,
    });
    expect(deploymentDeparture(draining(stamp(-5)), context({ injections: [on] }))).toEqual({
      child: clone(),
    });
  });
});

describe('ruleDeparture', () => {
  const elsewhere = injection({ host: 'alt.shop.svc.cluster.local', active: true });
  const draining = { ...BASE, ...ON_HOST, [DRAINING]: stamp(-11) };

  it.each<[string, DestinationRule, boolean, Given, object]>([
    ['an active injection', ownRule(), false, { injections: [on] }, kept],
    ['routes', ownRule(), false, { injections: [off], virtualServices: [routed] }, kept],
    [
      'routes, although the injection was deleted',
      ownRule(),
      false,
      { virtualServices: [routed] },
      kept,
    ],
    ['routes of other envs', ownRule(), false, { virtualServices: [strange] }, drained(0, 11)],
    ['nothing', ownRule(), false, { injections: [off] }, drained(0, 11)],
    ['another host only', ownRule(), false, { injections: [elsewhere] }, drained(0, 11)],
    ['some host, unknown which', ownRule(BASE), false, { injections: [elsewhere] }, kept],
    ['some base, unknown which', ownRule(ON_HOST), false, { injections: [on] }, kept],
    [
      'another base only',
      ownRule({ ...OTHER, ...ON_HOST }),
      false,
      { injections: [on] },
      drained(0, 11),
    ],
    ['nothing for a long time', ownRule(draining), false, { injections: [off] }, gone],
    ['active, but replaced', ownRule(), true, { injections: [on] }, gone],
    [
      'active, but the removal is forced',
      ownRule(),
      false,
      { injections: [on], force: true },
      gone,
    ],
  ])('%s', (_what, child, hasReplacement, given, expected) => {
    expect(brief(ruleDeparture(deepFreeze(child), hasReplacement, context(given)))).toEqual(
      expected,
    );
  });

  it.each(['shop', 'shop/', '/backend'])('ignores the mark "%s"', (mark) => {
    const child = ownRule({ ...ON_HOST, 'riskified.com/deployment': mark });
    const given = { virtualServices: [routed] };
    expect(brief(ruleDeparture(child, false, context(given)))).toEqual(drained(0, 11));
  });
});

describe('injectionDeparture', () => {
  const child = {
    child: {
      ...off,
      metadata: { ...off.metadata, annotations: {} },
      spec: { ...off.spec, leaving: true },
    },
  };

  it.each<[string, RouteInjection, boolean, Given, object]>([
    ['nothing is left', off, false, {}, gone],
    ['it was active', on, false, {}, child],
    ['its routes are there', off, false, { virtualServices: [routed] }, child],
    ['an existing rule does not matter by itself', off, false, { rules: [ownRule()] }, gone],
    ['a part of it must stay', off, true, {}, child],
    ['force', on, true, { virtualServices: [routed], force: true }, gone],
  ])('%s', (_what, one, isNeeded, given, expected) => {
    expect(injectionDeparture(deepFreeze(one), isNeeded, context(given))).toEqual(expected);
  });
});

describe('a workload whose requests go to a version that exists already now', () => {
  const service = { host: 'mp-101.shop.svc.cluster.local', ports: [80], basePorts: [80] };
  const toDeployment = injection({ active: true, clone: 'mp-101', subset: 'mp-101-x' });
  const toService = (): RouteInjection => {
    const { subset: _subset, ...spec } = injection({ active: true, clone: 'mp-101' }).spec;
    return { ...toDeployment, spec: { ...spec, service } };
  };
  const target = (host: string, subset?: string, header?: string) => ({
    destination: { host, ...(subset === undefined ? {} : { subset }) },
    ...(header === undefined
      ? {}
      : { headers: { response: { add: { 'x-dynamic-env': header } } } }),
  });
  const carrying = (...route: ReturnType<typeof target>[]) =>
    virtualService('shop/backend', { http: [{ name, route }] });
  const toClone = carrying(target('backend', 'alice', 'backend-alice'));
  const moved = carrying(target('backend', 'mp-101-x', 'mp-101'));
  const movedAway = carrying(target(service.host, undefined, 'mp-101'));
  const ownSubset = rule(
    'shop/own',
    { subsets: [{ name: 'alice' }, { name: 'mp-101-x' }] },
    { annotations: { ...BASE, ...ON_HOST } },
  );
  const start = drained(0, 11);

  it.each<[string, RouteInjection, VirtualService, object]>([
    ['some route still leads to it', toDeployment, toClone, kept],
    ['the routes have moved to a Deployment', toDeployment, moved, start],
    ['a route to a Service is not there yet', toService(), toClone, kept],
    ['the routes have moved to a Service', toService(), movedAway, start],
    [
      'one of two targets still leads to it',
      toDeployment,
      carrying(target('backend', 'mp-101-x', 'mp-101'), target('backend', 'alice')),
      kept,
    ],
    ['nothing is known of a route', toDeployment, carrying(target('backend')), kept],
  ])('keeps the clone: %s', (_name, now, one, expected) => {
    const given = { rules: [ownSubset], injections: [now], virtualServices: [one] };
    expect(brief(deploymentDeparture(clone(), context(given)))).toEqual(expected);
  });

  it.each<[string, RouteInjection, VirtualService, object]>([
    ['some route still leads to a subset of it', toService(), toClone, kept],
    ['the routes have moved to a Service', toService(), movedAway, start],
    ['requests go to its other subset', toDeployment, moved, kept],
  ])('keeps the rule: %s', (_name, now, one, expected) => {
    const given = { rules: [ownSubset], injections: [now], virtualServices: [one] };
    expect(brief(ruleDeparture(ownSubset, false, context(given)))).toEqual(expected);
  });
});
