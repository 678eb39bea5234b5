import { describe, expect, it } from '@jest/globals';
import { utf8Length } from '../../../../src/k8s/canonical.ts';
import { draftRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { fitInjections } from '../../../../src/virtualservice/pipeline.ts';
import { leftOutOf } from '../../../../src/virtualservice/plan/fit.ts';
import { fitNotes, largest } from '../../../../src/virtualservice/plan/fit-notes.ts';
import { hasRoom, roomOf } from '../../../../src/virtualservice/plan/room.ts';
import {
  MAX_ANNOTATION_BYTES,
  MAX_OBJECT_BYTES,
  MAX_PLAN_BYTES,
} from '../../../../src/virtualservice/routes/limits.ts';
import { serializePlan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { BASE, copy, plan, planEntry, planNote, routing, SCOPE, users } from '../builders.ts';

const PLAN_KEY = 'riskified.com/route-injections';
const ENVS_KEY = 'riskified.com/dynamic-environment';
const BOOKKEEPING = 64;
const EMPTY_SPEC = '[[],{"hosts":["backend"],"http":[]}]';

describe('limits', () => {
  it('are those of Kubernetes and etcd, and 64 KiB for a plan', () => {
    expect([MAX_PLAN_BYTES, MAX_ANNOTATION_BYTES, MAX_OBJECT_BYTES]).toEqual([
      65_536, 262_144, 1_310_720,
    ]);
  });
});

describe('room', () => {
  it('of a VirtualService without annotations is the whole limit', () => {
    const room = roomOf(users([]), undefined);
    expect(room).toMatchObject({ plan: MAX_PLAN_BYTES, envs: true });
    expect(room.routes()).toBe(MAX_OBJECT_BYTES - EMPTY_SPEC.length);
  });

  it('is what other annotations leave, in bytes', () => {
    const annotations = { note: 'ä'.repeat(100_000), more: 'x'.repeat(50_000) };
    const left = MAX_ANNOTATION_BYTES - 200_000 - 50_000 - 8 - PLAN_KEY.length;
    expect(roomOf(users([], { annotations }), undefined).plan).toBe(left);
    expect(roomOf(users([], { annotations }), 'a,b').plan).toBe(left);
  });

  it('for the names of the envs is only what the longest plan leaves, so that names never displace a plan', () => {
    const most = MAX_ANNOTATION_BYTES - 1 - PLAN_KEY.length - MAX_PLAN_BYTES;
    const room = (free: number) =>
      roomOf(users([], { annotations: { a: 'x'.repeat(most - free) } }), 'e');
    const envs = ENVS_KEY.length + 1;
    expect(room(envs)).toMatchObject({ envs: true, plan: MAX_PLAN_BYTES });
    expect(room(envs - 1)).toMatchObject({ envs: false, plan: MAX_PLAN_BYTES });
    expect(room(-1)).toMatchObject({ envs: false, plan: MAX_PLAN_BYTES - 1 });
  });

  it('does not depend on our own marks and routes, or on who wrote what', () => {
    const annotations = { a: 'b' };
    const bare = routing([BASE], { annotations });
    const marked = routing([copy(), BASE], {
      annotations: { ...annotations, [PLAN_KEY]: 'x'.repeat(999), [ENVS_KEY]: 'a,b' },
      labels: { 'env.riskified.com/a': 'injected' },
      managedFields: [{ manager: 'x' }],
      resourceVersion: '1',
    });
    const [one, other] = [marked, bare].map((object) => {
      const { routes, routesAtLeast, ...rest } = roomOf(withoutOurs(object), 'a');
      return { ...rest, routes: routes(), routesAtLeast: routesAtLeast() };
    });
    expect(one).toEqual(other);
  });

  it('for routes is what spec and annotations leave', () => {
    const annotations = { a: 'x'.repeat(1000) };
    const spec = JSON.stringify([[['a', annotations.a]], { hosts: ['backend'], http: [BASE] }]);
    const routes = MAX_OBJECT_BYTES - spec.length;
    expect(roomOf(users([copy(), BASE], { annotations }), undefined).routes()).toBe(routes);
  });

  it.each([
    ['nothing', {}],
    ['empty texts', { a: '', b: '' }],
    ['much to escape', { a: '\u0000'.repeat(1000) }],
    ['two bytes a character', { a: 'ä'.repeat(1000) }],
    ['halves of characters', { a: '\ud800'.repeat(1000) }],
  ])('for routes is at least the estimate without counting: %s', (_what, annotations) => {
    const { routes, routesAtLeast } = roomOf(users([BASE], { annotations }), undefined);
    expect(routesAtLeast()).toBeLessThanOrEqual(routes());
  });
});

describe('injections', () => {
  const roomFor = (routes: number) => ({
    older: 0,
    plan: MAX_PLAN_BYTES,
    routes: () => routes,
    routesAtLeast: () => routes,
    sent: Number.POSITIVE_INFINITY,
    envs: true,
  });
  const envs = ['a', 'b', 'c'].map((env) => planEntry({ env }));
  const planBytes = (count: number) =>
    utf8Length(serializePlan(plan(envs.slice(0, count)))) + BOOKKEEPING;
  const fitted = (room: { plan?: number; routes?: number }, all = envs) => {
    const { plan: forPlan = MAX_PLAN_BYTES, routes = MAX_OBJECT_BYTES } = room;
    const draft = draftRoutes(users([BASE]), all, SCOPE);
    const { kept, leftOut } = fitInjections(draft, all, { ...roomFor(routes), plan: forPlan }, []);
    return [kept, leftOut.map(({ injection }) => injection)].map((list) =>
      list.map(({ env }) => env).join(),
    );
  };

  it('are all kept if there is room', () => {
    expect(fitted({})).toEqual(['a,b,c', '']);
    expect(fitted({ plan: planBytes(3) })).toEqual(['a,b,c', '']);
  });

  it('are not counted if all of them came in few bytes', () => {
    const never = () => {
      throw new Error('counted');
    };
    const room = {
      plan: MAX_PLAN_BYTES,
      older: 0,
      routes: never,
      routesAtLeast: never,
      envs: true,
    };
    const draft = draftRoutes(users([BASE]), envs, SCOPE);
    expect(fitInjections(draft, envs, { ...room, sent: 5_000 }, [])).toEqual({
      kept: envs,
      leftOut: [],
    });
    expect(() => fitInjections(draft, envs, { ...room, sent: 500_000 }, [])).toThrow('counted');
  });

  it.each([
    ['the route', 20_000, 0, 0, 3],
    ['the route, for three copies', 330_000, 0, 0, 2],
    ['the route, for one copy', 650_000, 0, 0, 1],
    ['the annotations', 0, 262_000, 0, 0],
    ['the matches', 0, 0, 18_000, 3],
    ['the matches, for a plan', 0, 0, 22_000, 2],
  ])(
    'are the same whether their size in the request is known or not: large is %s',
    (_what, forRoute, forAnnotations, forMatch, count) => {
      const route = { ...BASE, headers: { request: { set: { x: 'y'.repeat(forRoute) } } } };
      const object = routing([route], { annotations: { a: 'x'.repeat(forAnnotations) } });
      const all = ['a', 'b', 'c'].map((env) => {
        const exact = `${env}${'x'.repeat(forMatch)}`;
        return planEntry({ env, matches: [{ headers: { user: { exact } } }] });
      });
      const draft = draftRoutes(users([route]), all, SCOPE);
      const sent = utf8Length(JSON.stringify([object, all]));
      const known = fitInjections(draft, all, roomOf(withoutOurs(object), undefined, sent), all);
      expect(known).toEqual(fitInjections(draft, all, roomOf(withoutOurs(object), undefined), all));
      expect(known.kept).toHaveLength(count);
    },
  );

  it.each([0, 1, 2])('are kept up to the size of the plan, to the byte: %s', (count) => {
    const expected = [
      ['', 'a,b,c'],
      ['a', 'b,c'],
      ['a,b', 'c'],
    ][count];
    expect(fitted({ plan: planBytes(count + 1) - 1 })).toEqual(expected);
    expect(fitted({ plan: planBytes(count) })).toEqual(expected);
  });

  it('are kept up to the size of their routes, to the byte', () => {
    const bytes = (count: number) =>
      JSON.stringify([...['a', 'b', 'c'].slice(0, count).map((env) => copy(env)), BASE]).length -
      JSON.stringify([BASE]).length;
    expect(fitted({ routes: bytes(2) })).toEqual(['a,b', 'c']);
    expect(fitted({ routes: bytes(2) - 1 })).toEqual(['a', 'b,c']);
    expect(fitted({ routes: -5 })).toEqual(['', 'a,b,c']);
  });

  it.each([
    ['the match, in each of many entries', 30, 'x'.repeat(1000), 0],
    ['the route itself', 1, 'x', 50_000],
    ['nothing', 1, 'x', 0],
  ])(
    'are kept up to the size of their routes if these are large because of %s',
    (_what, entries, exact, size) => {
      const match = Array.from({ length: entries }, (_, at) => ({ uri: { prefix: `/${at}` } }));
      const route = { ...BASE, match, headers: { request: { set: { x: 'y'.repeat(size) } } } };
      const all = [planEntry({ matches: [{ headers: { user: { exact } } }] })];
      const draft = draftRoutes(users([route]), all, SCOPE);
      const needed = JSON.stringify(draft.routes[0]?.copies.map((one) => one.route)).length - 1;
      expect(fitInjections(draft, all, roomFor(needed), []).kept).toEqual(all);
      const { kept } = fitInjections(draft, all, roomFor(needed - 1), []);
      expect(kept).toEqual([]);
    },
  );

  it('are omitted by age, whatever their matches are, and keep their order', () => {
    const strong = { headers: { user: { exact: 'a' }, lang: { exact: 'de' } } };
    const all = [
      planEntry({ env: 'a', envCreationTimestamp: '2026-01-03T00:00:00Z', matches: [strong] }),
      planEntry({ env: 'b', envCreationTimestamp: '2026-01-02T00:00:00Z' }),
      planEntry({ env: 'c' }),
    ];
    const room = (...kept: typeof all) => ({
      plan: utf8Length(serializePlan(plan(kept))) + BOOKKEEPING,
    });
    const [, b = planEntry(), c = planEntry()] = all;
    expect(fitted(room(b, c), all)).toEqual(['b,c', 'a']);
    expect(fitted(room(c), all)).toEqual(['c', 'b,a']);
  });
});

describe('contributions from any source', () => {
  const bytes = (name: string, plan: number, routes: number) => ({
    name,
    planBytes: () => plan,
    routeBytes: () => routes,
  });
  const offer = (all: ReturnType<typeof bytes>[], greedy: string[] = []) => ({
    planBytes: () => all.reduce((sum, one) => sum + one.planBytes() + 1, -1),
    mostRouteBytes: () => all.reduce((sum, one) => sum + one.routeBytes(), 0),
    areSurelyModest: () => greedy.length === 0,
    contributions: () => all,
    shares: () => ({
      excess: ({ name }: { name: string }) => (greedy.includes(name) ? 'too much' : undefined),
      take: () => undefined,
    }),
  });
  const room = { ...roomOf(users([]), undefined), plan: 1000, routesAtLeast: () => 1000 };
  const left = (...given: Parameters<typeof offer>) =>
    leftOutOf(offer(...given), { ...room, routes: () => 1000 }).map(
      ({ contribution, excess }) => `${contribution.name}: ${excess ?? 'no room'}`,
    );

  it('get room in the order in which they come', () => {
    expect(left([bytes('a', 100, 500), bytes('b', 100, 500)])).toEqual([]);
    expect(left([bytes('a', 100, 500), bytes('b', 100, 501), bytes('c', 1, 1)])).toEqual([
      'b: no room',
    ]);
    expect(left([bytes('a', 990, 1), bytes('b', 500, 1)])).toEqual(['a: no room']);
  });

  it('of an author with more than its share are omitted, although there is room', () => {
    expect(left([bytes('a', 100, 1), bytes('b', 100, 1)], ['a'])).toEqual(['a: too much']);
  });
});

describe('an injection that is too large', () => {
  it('is omitted, and those of lower rank are kept', () => {
    const long = { headers: { user: { exact: 'x'.repeat(1000) }, lang: { exact: 'de' } } };
    const all = [
      planEntry({ env: 'a' }),
      planEntry({ env: 'huge', matches: [long] }),
      planEntry({ env: 'z' }),
    ];
    const room = { ...roomOf(users([BASE]), undefined), plan: 1000 };
    const { kept, leftOut } = fitInjections(draftRoutes(users([BASE]), all, SCOPE), all, room, []);
    expect(kept.map(({ env }) => env)).toEqual(['a', 'z']);
    expect(leftOut.map(({ injection }) => injection.env)).toEqual(['huge']);
  });
});

describe('notes', () => {
  const notes = ['a', 'b', 'c'].map((message) => planNote('skipped', message));
  const full = plan([planEntry()], { notes, attempt: 3, at: '2026-01-01T00:00:00Z' });
  const room = (bytes: number) => ({ ...roomOf(users([BASE]), undefined), plan: bytes });
  const bytes = (count: number) =>
    utf8Length(serializePlan(plan([planEntry()], { notes: notes.slice(0, count) }))) + BOOKKEEPING;

  it('are kept as far as they fit beside the injections', () => {
    expect(fitNotes(full, room(bytes(3)))).toEqual(full);
    expect(fitNotes(full, room(bytes(3) - 1))).toEqual({ ...full, notes: notes.slice(0, 2) });
    expect(fitNotes(full, room(bytes(1)))).toEqual({ ...full, notes: notes.slice(0, 1) });
    expect(fitNotes(full, room(0))).toEqual({ ...full, notes: [] });
  });

  it('leave room for further attempts', () => {
    const fitting = fitNotes(full, room(bytes(2)));
    const again = serializePlan({ ...fitting, attempt: 999_999, at: '2026-01-01T00:00:00Z' });
    expect(utf8Length(again)).toBeLessThanOrEqual(bytes(2));
  });

  it('and injections need a minimum of room', () => {
    expect(hasRoom(room(28 + BOOKKEEPING))).toBe(true);
    expect(hasRoom(room(27 + BOOKKEEPING))).toBe(false);
  });
});

describe('the largest count that fits', () => {
  it.each([0, 1, 2, 3, 7, 8, 99, 100])('is found: %s', (most) => {
    expect(largest(100, (count) => count <= most)).toBe(most);
  });

  it('is undefined if not even zero fits', () => {
    expect(largest(5, () => false)).toBe(0);
    expect(largest(0, () => false)).toBe(0);
  });

  it('is found with few attempts', () => {
    const tried: number[] = [];
    largest(1000, (count) => count <= 321 && Boolean(tried.push(count)));
    expect(tried.length).toBeLessThan(11);
  });
});
