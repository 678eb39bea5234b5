import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { jsonBytes } from '../../../../src/k8s/canonical.ts';
import { admit } from '../../../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../../../src/kinds/virtualservice/sync.ts';
import type { RefFlags } from '../../../../src/refs/settings.ts';
import { refSettings } from '../../../../src/refs/settings.ts';
import { applyJsonPatch } from '../../../../src/simulator/api-server/json-patch.ts';
import { affordableInjections } from '../../../../src/virtualservice/injections/affordable.ts';
import { offerOf } from '../../../../src/virtualservice/injections/contributions.ts';
import { pairsByPrecedence } from '../../../../src/virtualservice/injections/precedence.ts';
import { draftRoutes, renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { parsePlan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import type { Scope } from '../../../../src/virtualservice/routes/scope.ts';
import { BASE, CONFIG, injection, plan, planEntry, routing, SCOPE, users } from '../builders.ts';

const ALL: RefFlags['refCarriers'] = ['header', 'baggage', 'cookie'];
const scope = (refCarriers: RefFlags['refCarriers'], more: Partial<Scope> = {}): Scope => ({
  ...SCOPE,
  refs: refSettings({ refCarriers }),
  ...more,
});
const byRef = planEntry({ matches: [], ref: 'mp-101' });
const copies = (http: HTTPRoute[], where: Scope, all = [byRef]) =>
  renderRoutes(users(http), all, where).http.filter(({ name }) => name?.startsWith('dynamic-'));
const headersOf = (route: HTTPRoute | undefined) =>
  (route?.match ?? []).map(({ headers, withoutHeaders }) => [
    Object.keys(headers ?? {}),
    Object.keys(withoutHeaders ?? {}),
  ]);

describe('the copies of a ref', () => {
  it('are one for the headers', () => {
    const made = copies([BASE], scope(['header']));
    expect(made).toHaveLength(1);
    expect(headersOf(made[0])).toEqual([
      [['X-Service-Route'], ['x-service-route']],
      [['X-Source-Route'], ['x-service-route', 'x-source-route']],
    ]);
  });

  it.each<[string, RefFlags['refCarriers'], Partial<Scope>, number]>([
    ['baggage, too', ['baggage'], {}, 2],
    ['cookies of a VirtualService that is for the mesh only', ['cookie'], { gateways: [] }, 1],
    ['the same, named', ['cookie'], { gateways: ['mesh'] }, 1],
    ['cookies at a gateway', ['cookie'], { gateways: ['mesh', 'public'] }, 2],
    ['everything', ALL, { gateways: ['public'] }, 3],
    ['everything in a delegate: one for each entry', ALL, { isDelegate: true }, 5],
  ])('are more for more carriers: %s', (_what, carriers, more, count) => {
    expect(copies([BASE], scope(carriers, more))).toHaveLength(count);
  });

  it("have the route's own conditions on the same headers, and theirs under other spellings", () => {
    const own: HTTPRoute = {
      ...BASE,
      match: [
        {
          headers: { 'X-Source-Route': { prefix: 'mp' }, 'x-source-route': {} },
          withoutHeaders: { 'x-service-route': { exact: 'a' } },
        },
      ],
    };
    expect(headersOf(copies([own], scope(['header']))[0])).toEqual([
      [
        ['X-Source-Route', 'x-source-route', 'X-Service-Route'],
        ['x-service-route', 'X-Service-Route'],
      ],
      [
        ['X-Source-Route', 'x-source-route', 'X-SOURCE-ROUTE'],
        ['x-service-route', 'X-Service-Route', 'x-source-route'],
      ],
    ]);
  });

  it('leave out what the route can never take, and nobody is told', () => {
    const own: HTTPRoute = { ...BASE, match: [{ headers: { 'x-source-route': { exact: 'rc' } } }] };
    const { http, dropped } = renderRoutes(users([own]), [byRef], scope(['header']));
    expect(http[0]?.match).toHaveLength(1);
    expect(dropped.map(({ isHarmless }) => isHarmless)).toEqual([true]);
  });

  it('come by band: a parameter, the headers of a ref, a header, baggage, a cookie', () => {
    const matches = [
      { cookie: { name: 'a', exact: 'b' } },
      { baggage: { key: 'a', exact: 'b' } },
      { headers: { a: { exact: 'b' } } },
      { queryParams: { a: { exact: 'b' } } },
    ];
    const young = planEntry({ env: 'y', envCreationTimestamp: '2027-01-01T00:00:00Z', matches });
    const where = scope(ALL, { gateways: ['public'] });
    const order = pairsByPrecedence([byRef, young], where).map(
      ({ injection: { env }, selector: { band } }) => `${env} ${band}`,
    );
    expect(order).toEqual([
      'y parameter',
      'test ref',
      'y header',
      'y baggage',
      'test baggage',
      'y cookie',
      'test cookie',
    ]);
  });
});

describe('a plan with a ref', () => {
  const text = (ref: unknown) => JSON.stringify(plan([{ ...byRef, ref } as typeof byRef]));

  it('is read with a ref of any text, but not of another type or of more than 1,024 characters', () => {
    expect(parsePlan(text('mp-101'))?.injections[0]?.ref).toBe('mp-101');
    expect(parsePlan(text('x'.repeat(1024)))).toBeDefined();
    expect(parsePlan(text('x'.repeat(1025)))).toBeUndefined();
    expect(parsePlan(text(7))).toBeUndefined();
  });

  it.each(['', 'MP-1', 'a:b', '(', 'x'.repeat(41)])('renders nothing for "%s"', (ref) => {
    const { http, dropped } = renderRoutes(users([BASE]), [{ ...byRef, ref }], scope(ALL));
    expect(http).toEqual([BASE]);
    expect(dropped[0]).toMatchObject({ state: 'invalid' });
    expect(dropped[0]?.message).toMatch(/^its routes are not rendered: spec.ref: ref must/);
  });
});

describe('estimates are upper bounds', () => {
  const longest = planEntry({
    env: 'e'.repeat(63),
    clone: 'c'.repeat(63),
    host: `${'s-'.repeat(31)}s.shop.svc.cluster.local`,
    deployment: { namespace: 'n'.repeat(63), name: 'd'.repeat(63) },
    subset: 'e'.repeat(63),
    ref: `${'m-'.repeat(19)}m1`,
    matches: [
      { cookie: { name: 'c', exact: '.'.repeat(200) } },
      { baggage: { key: 'k', exact: '/'.repeat(64) } },
    ],
  });
  const names = {
    serviceRouteHeader: `${'a-'.repeat(15)}ab`,
    sourceRouteHeader: `${'b-'.repeat(15)}bc`,
  };
  const where = (isDelegate: boolean): Scope => ({
    ...SCOPE,
    gateways: ['public'],
    isDelegate,
    refs: refSettings({ ...names, refCarriers: ALL }),
  });
  const route = (subset: string): HTTPRoute => ({
    match: [{ uri: { prefix: '/a' } }, {}],
    route: [
      { destination: { host: longest.host, subset }, weight: 1 },
      { destination: { host: longest.host, subset: 'v2' } },
    ],
  });

  it.each([true, false])('of the bytes of all routes (delegate: %s)', (isDelegate) => {
    const http = [route('shared'), route('shared')];
    const draft = draftRoutes(users(http), [longest], where(isDelegate));
    const made = draft.routes.flatMap((one) => one.copies.map((copy) => copy.route));
    expect(made.length).toBe(2 * (isDelegate ? 7 : 5));
    const most = offerOf(draft, [longest], []).mostRouteBytes(jsonBytes(longest), jsonBytes);
    expect(most).toBeGreaterThanOrEqual(jsonBytes(made));
  });

  it.each([1, 40, 160, 600])('of what is affordable, with %d routes', (count) => {
    const http = Array.from({ length: count }, () => route('shared'));
    const all = Array.from({ length: 12 }, (_, at) => ({ ...longest, env: `e${at}` }));
    const sent = jsonBytes([http, all]);
    const known = affordableInjections(users(http), all, where(false), sent);
    expect(known).toEqual(affordableInjections(users(http), all, where(false)));
    // Without the short cut: an injection that names too many subsets is left out, and each of the others is estimated.
    const wide = { ...longest, from: Array.from({ length: 257 }, (_, at) => `s${at}`) };
    const each = affordableInjections(users(http), [...all, wide], where(false), sent);
    expect(each.affordable).toEqual(known.affordable);
  });
});

it('after a change of the flags the next sync repairs the routes', () => {
  const wanted = [injection({ matches: [], ref: 'mp-101' })];
  const write = (hour: number, flags: Partial<RefFlags>, from = routing([BASE])) => {
    const now = new Date(`2026-01-01T0${hour}:00:00Z`);
    const config = { ...CONFIG, ...flags };
    const { annotations, labels, isRepair } = decorate(from, wanted, config, now);
    const metadata = { ...from.metadata, annotations, labels } as typeof from.metadata;
    const object = { ...from, metadata };
    const username = CONFIG.metacontrollerUser;
    const { patch } = admit({ operation: 'UPDATE', username, object, oldObject: from }, config);
    return { object: applyJsonPatch(object, patch), isRepair };
  };
  const before = write(1, {}).object;
  const renamed = write(2, { sourceRouteHeader: 'x-branch' }, before);
  expect(renamed.isRepair).toBe(true);
  expect(headersOf(renamed.object.spec.http?.[0])[1]?.[0]).toEqual(['X-Branch']);
  expect(write(3, { sourceRouteHeader: 'x-branch' }, renamed.object).isRepair).toBe(false);
});
