import { describe, expect, it } from '@jest/globals';
import type { RouteInjection, TargetService } from '../../../../src/api/routeinjection.ts';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { guardNotes } from '../../../../src/virtualservice/injections/guard-notes.ts';
import { whyNotCopied } from '../../../../src/virtualservice/injections/not-copied.ts';
import { planned } from '../../../../src/virtualservice/injections/planned.ts';
import { renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { HOST, injection, nameOf, routing, SCOPE, users } from '../builders.ts';

const OTHER = 'backend-mp-101.shop.svc.cluster.local';
const SERVICE: TargetService = { host: OTHER, ports: [80, 443], basePorts: [80] };

function toService(service: Partial<TargetService> = {}): RouteInjection {
  const { subset: _none, ...spec } = injection({ clone: 'backend-mp-101' }).spec;
  return { ...injection(), spec: { ...spec, service: { ...SERVICE, ...service } } };
}

function planOf(service: Partial<TargetService> = {}) {
  const plan = planned(toService(service));
  if (plan === undefined) throw new Error('no routes are wanted');
  return plan;
}

const rendered = (route: HTTPRoute, service: Partial<TargetService> = {}) =>
  renderRoutes(users([route]), [planOf(service)], SCOPE);

const HEADERS = { response: { add: { 'x-dynamic-env': 'backend-mp-101' } } };

describe('the target of a copy that leads to another Service', () => {
  it.each<[string, object, Partial<TargetService>, object]>([
    ['a subset', { subset: 'shared' }, {}, { port: { number: 80 } }],
    ['no subset', {}, {}, { port: { number: 80 } }],
    ['a port', { subset: 'shared', port: { number: 443 } }, {}, { port: { number: 443 } }],
    ['no port, and the base has several', {}, { basePorts: [80, 443] }, {}],
  ])('from a destination with %s', (_name, destination, service, expected) => {
    const route = { route: [{ destination: { host: 'backend', ...destination } }] };
    const { http, dropped } = rendered(route, service);
    expect(http).toEqual([
      {
        name: nameOf(),
        match: [{ headers: { user: { exact: 'test-user' } } }],
        route: [{ destination: { host: OTHER, ...expected }, headers: HEADERS }],
      },
      route,
    ]);
    expect(dropped).toEqual([]);
  });

  it('takes all weights of the host, whatever their subsets, and leaves other hosts', () => {
    const route = {
      route: [
        { destination: { host: 'backend', subset: 'shared' }, weight: 50 },
        { destination: { host: 'backend', subset: 'canary' }, weight: 30 },
        { destination: { host: 'web' }, weight: 20 },
      ],
    };
    const port = { number: 80 };
    expect(rendered(route).http[0]?.route).toEqual([
      { destination: { host: OTHER, port }, weight: 80, headers: HEADERS },
      { destination: { host: 'web' }, weight: 20 },
    ]);
  });

  it.each<[string, object, Partial<TargetService>, string]>([
    ['names a port', { port: { number: 7070 } }, {}, '7070'],
    ['names no port', {}, { basePorts: [7070] }, '7070'],
    ['names none of several ports', {}, { basePorts: [80, 7070, 9090] }, '7070, 9090'],
  ])(
    'is missing if the Service lacks a port: the destination %s',
    (_name, more, service, ports) => {
      const route = { name: 'all', route: [{ destination: { host: 'backend', ...more } }] };
      const { http, dropped } = rendered(route, service);
      const message = `route "all" has no copy: it sends to port ${ports} of ${HOST}, and Service ${OTHER} has 80, 443; add the port there`;
      expect(http).toEqual([route]);
      expect(dropped).toMatchObject([{ state: 'skipped', message, isHarmless: false }]);
      expect(whyNotCopied(routing([route]), route, planOf(service), SCOPE)).toBe(message);
    },
  );

  it('names some of the ports if there are many', () => {
    const basePorts = Array.from({ length: 20 }, (_, one) => 7000 + one);
    const ports = Array.from({ length: 20_000 }, (_, one) => 10_000 + one);
    const route = { route: [{ destination: { host: 'backend' } }] };
    const { dropped } = rendered(route, { basePorts, ports });
    expect(dropped[0]?.message).toMatch(/ 7000, .*, 7015 and 4 more of .* and 19984 more; add/);
  });

  it('is not for routes to other subsets', () => {
    const route = { route: [{ destination: { host: 'backend', subset: 'canary' } }] };
    expect(rendered(route).http).toEqual([route]);
    expect(whyNotCopied(routing([route]), route, planOf(), SCOPE)).toBe(
      `a route without a name sends to ${HOST}, but copies are made only of routes to subset shared, or without a subset`,
    );
  });
});

describe('regular requests', () => {
  const unguarded = users([{ route: [{ destination: { host: 'backend' } }] }]);

  it('never reach a Service of its own', () => {
    expect(guardNotes(unguarded, SCOPE)(toService())).toEqual([]);
  });

  it("may reach its pods if they are among the base's", () => {
    const notes = guardNotes(unguarded, SCOPE)(toService({ sharesPods: true }));
    expect(notes).toMatchObject([{ state: 'unguarded' }]);
  });
});
