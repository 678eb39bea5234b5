import { describe, expect, it } from '@jest/globals';
import { entryKey } from '../../../../src/api/route-name.ts';
import type { RouteInjection } from '../../../../src/api/routeinjection.ts';
import { jsonBytes } from '../../../../src/k8s/canonical.ts';
import { decorate } from '../../../../src/kinds/virtualservice/sync.ts';
import {
  affordableInjections,
  MAX_DRAFT_BYTES,
} from '../../../../src/virtualservice/injections/affordable.ts';
import { offerOf } from '../../../../src/virtualservice/injections/contributions.ts';
import { planned } from '../../../../src/virtualservice/injections/planned.ts';
import { draftRoutes, routesFor } from '../../../../src/virtualservice/injections/render.ts';
import { NO_MERGES } from '../../../../src/virtualservice/merges/decide.ts';
import { decidePlan } from '../../../../src/virtualservice/pipeline.ts';
import { roomOf } from '../../../../src/virtualservice/plan/room.ts';
import { MAX_OBJECT_BYTES } from '../../../../src/virtualservice/routes/limits.ts';
import { scopeOf } from '../../../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { CONFIG, injection, to, virtualService } from '../builders.ts';

const SHOP = 'shop.example.com';
const entrance = (routes: number) =>
  virtualService({
    hosts: [SHOP],
    gateways: ['infra/gw'],
    http: Array.from({ length: routes }, (_, at) => ({
      name: `r${at}`,
      match: [{ uri: { prefix: `/path-${at}` } }],
      route: [to('web', 'main')],
    })),
  });

function entries(count: number): RouteInjection[] {
  return Array.from({ length: count }, (_, at) => {
    const ref = `mp-${100 + at}`;
    const { subset: _none, ...spec } = injection({ env: `e${at}`, matches: [], ref }).spec;
    const entry = { host: SHOP, link: ref, headers: { 'x-source-route': ref } };
    return { ...injection(), spec: { ...spec, host: entryKey(SHOP), from: [], entry } };
  });
}

const decide = (routes: number, count: number) => {
  const object = entrance(routes);
  const { routes: lists, ...decision } = decidePlan(
    object,
    { injections: entries(count), ...NO_MERGES },
    roomOf(withoutOurs(object), undefined),
    scopeOf(object, CONFIG),
    undefined,
    new Date(0),
  );
  return { ...decision, http: lists.http };
};

describe('the room of entries', () => {
  it('60 envs at one host with 7 routes fit', () => {
    const { http, plan, notes } = decide(7, 60);
    expect(notes).toEqual([]);
    expect(plan.injections).toHaveLength(60);
    // For each env a link and a cookie, and one copy that leaves.
    expect(http).toHaveLength(7 * (2 * 60 + 1 + 1));
    expect(jsonBytes(http)).toBeLessThan(MAX_OBJECT_BYTES);
  });

  it('those that do not fit are left out, and it is told', () => {
    const { http, plan, notes } = decide(60, 60);
    expect(jsonBytes(http)).toBeLessThan(MAX_OBJECT_BYTES);
    expect(plan.injections.length).toBeLessThan(60);
    const told = notes.filter(({ state }) => state === 'too-large');
    expect(told).toHaveLength(60 - plan.injections.length);
  });

  it('what is estimated is not less than what is made', () => {
    for (const [routes, count] of [
      [1, 1],
      [7, 20],
      [30, 10],
    ] as const) {
      const object = entrance(routes);
      const users = withoutOurs(object);
      const scope = scopeOf(object, CONFIG);
      const plans = entries(count).flatMap((one) => planned(one) ?? []);
      const draft = draftRoutes(users, plans, scope);
      const made = jsonBytes(routesFor(draft, plans)) - jsonBytes(users.spec.http ?? []);
      const offer = offerOf(draft, plans, []);
      expect(offer.mostRouteBytes(offer.planBytes(), jsonBytes)).toBeGreaterThanOrEqual(made);
      const single = offer.contributions().reduce((sum, one) => sum + one.routeBytes(), 0);
      expect(single).toBeGreaterThanOrEqual(made);
    }
  });

  it('more than may be drafted is not drafted', () => {
    const object = entrance(1000);
    const users = withoutOurs(object);
    const plans = entries(60).flatMap((one) => planned(one) ?? []);
    const scope = scopeOf(object, CONFIG);
    const { affordable, leftOut } = affordableInjections(users, plans, scope);
    expect(affordable.length + leftOut.length).toBe(60);
    const { routes } = draftRoutes(users, affordable, scope);
    const drafted = routes.flatMap(({ copies }) => copies.map(({ route }) => jsonBytes(route)));
    expect(drafted.reduce((a, b) => a + b, 0)).toBeLessThan(MAX_DRAFT_BYTES);
    expect(leftOut.length).toBeGreaterThan(0);
    const { labels } = decorate(object, entries(60), CONFIG, new Date('2026-01-01T00:00:00Z'));
    expect(Object.values(labels)).toContain('too-large');
  });
});
