import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import { evaluate } from '../../../../src/istio/evaluate.ts';
import { matchesString } from '../../../../src/istio/string-match.ts';
import type {
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
  VirtualService,
} from '../../../../src/istio/types.ts';
import { delegateLosses } from '../../../../src/virtualservice/injections/delegate-loss.ts';
import { renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import {
  BASE,
  CONFIG,
  HOST,
  nameOf,
  planEntry,
  routing,
  SCOPE,
  to,
  virtualService,
} from '../builders.ts';

const delegate = (...http: HTTPRoute[]) =>
  virtualService({ hosts: [], http }, { name: 'child', namespace: 'shop' });
const root = (match: HTTPMatchRequest[], name = 'root') =>
  routing([{ name: 'api', match, delegate: { name: 'child' } }], { name });
const losses = (
  roots: VirtualService[],
  child: VirtualService,
  matches: IstioMatch[] = [{ headers: { user: { exact: 'al' } } }],
) => delegateLosses(child, roots, planEntry({ matches }), CONFIG);

const sentence = (field: string, remedy: string, part = '') =>
  `under VirtualService shop/root Istio drops the copy of route "all"${part}, so the env's requests go to the base: it contradicts ${field} of route "api" there; ${remedy}`;
const drop = (header: string) => `take the condition on header ${header} out of the root's route`;
const ALL: HTTPRoute = { ...BASE, name: 'all' };
const entries = (...match: HTTPMatchRequest[]): HTTPRoute => ({ ...ALL, match });

describe('a root with a condition on the same header', () => {
  it.each<[string, HTTPMatchRequest, IstioMatch['headers'], boolean]>([
    [
      'the same exact value',
      { headers: { user: { exact: 'al' } } },
      { user: { exact: 'al' } },
      false,
    ],
    ['another one', { headers: { user: { exact: 'bo' } } }, { user: { exact: 'al' } }, false],
    ['a prefix of it', { headers: { user: { prefix: 'a' } } }, { user: { exact: 'al' } }, false],
    [
      'a prefix that it does not have',
      { headers: { user: { prefix: 'b' } } },
      { user: { exact: 'al' } },
      false,
    ],
    [
      'a regex it matches',
      { headers: { user: { regex: 'a.*' } } },
      { user: { exact: 'al' } },
      true,
    ],
    [
      'a regex that it does not match',
      { headers: { user: { regex: 'b.*' } } },
      { user: { exact: 'al' } },
      false,
    ],
    ['the same regex', { headers: { user: { regex: 'a.*' } } }, { user: { regex: 'a.*' } }, true],
    ['presence', { headers: { user: {} } }, { user: { exact: 'al' } }, true],
    [
      'a value of the prefix',
      { headers: { user: { exact: 'al' } } },
      { user: { prefix: 'a' } },
      true,
    ],
    ['a longer prefix', { headers: { user: { prefix: 'al' } } }, { user: { prefix: 'a' } }, true],
    ['a shorter prefix', { headers: { user: { prefix: 'a' } } }, { user: { prefix: 'al' } }, false],
    ['absence', { withoutHeaders: { user: {} } }, { user: { exact: 'al' } }, false],
    [
      'another value of one of two headers',
      { headers: { team: { exact: 'x' } } },
      { user: { exact: 'al' }, team: { prefix: 'y' } },
      false,
    ],
    ['another header', { headers: { team: { regex: '.*' } } }, { user: { exact: 'al' } }, false],
    // Istio compares header names as they are written; names in a copy are in lower case.
    ['another spelling', { headers: { User: { regex: 'a.*' } } }, { user: { exact: 'al' } }, false],
    ['lower case', { headers: { user: { regex: 'a.*' } } }, { User: { exact: 'al' } }, true],
  ])('%s', (_what, match, headers = {}, isLost) => {
    const found = losses([root([match])], delegate(ALL), [{ headers }]);
    expect(found).toEqual(isLost ? [sentence('headers.user', drop('user'))] : []);
  });

  it('whose name has a dot', () => {
    const found = losses([root([{ headers: { 'x.user': {} } }])], delegate(ALL), [
      { headers: { 'x.user': { exact: 'al' } } },
    ]);
    expect(found).toEqual([sentence('headers.x.user', drop('x.user'))]);
  });

  it('in one of two entries: a part is lost', () => {
    const regex = { headers: { user: { regex: 'a.*' } }, uri: { prefix: '/a' } };
    const found = losses([root([regex, { uri: { prefix: '/b' } }])], delegate(ALL));
    const part = ' for a part of its requests';
    expect(found).toEqual([sentence('headers.user', drop('user'), part)]);
  });

  it('in entries that cannot be joined with the route: nothing is lost', () => {
    const regex = { headers: { user: { regex: 'a.*' } }, uri: { prefix: '/a' } };
    const child = delegate(entries({ uri: { exact: '/b/1' } }));
    expect(losses([root([regex, { uri: { prefix: '/b' } }])], child)).toEqual([]);
  });

  it('for other requests: the whole copy is lost with the one entry that cannot be joined', () => {
    const bob = { headers: { user: { exact: 'bo' } }, uri: { prefix: '/a' } };
    const own = [{ uri: { exact: '/a/1' } }, { uri: { exact: '/b/1' } }];
    for (const child of [delegate(entries(...own)), delegate(entries(...own.toReversed()))]) {
      const found = losses([root([bob, { uri: { prefix: '/b' } }])], child);
      expect(found).toEqual([sentence('headers.user', drop('user'))]);
    }
  });
});

describe('a root with a condition that a route without a match cannot repeat', () => {
  const repeat = (field: string) =>
    `put a route before route "all" whose match repeats the root's ${field}`;

  it.each<[string, HTTPMatchRequest]>([
    ['ignoreUriCase', { uri: { prefix: '/a' }, ignoreUriCase: true }],
    ['sourceNamespace', { sourceNamespace: 'team' }],
  ])('%s', (field, match) => {
    expect(losses([root([match])], delegate(ALL))).toEqual([sentence(field, repeat(field))]);
    expect(losses([root([match])], delegate(entries(match)))).toEqual([]);
  });

  it('repeated by a route before it, which takes everything under that root', () => {
    const match = { uri: { prefix: '/a' }, ignoreUriCase: true };
    const any = (...own: HTTPMatchRequest[]): HTTPRoute => ({ ...BASE, name: 'any', match: own });
    const under = (...own: HTTPMatchRequest[]) =>
      losses([root([match])], delegate(any(...own), ALL));
    expect(under({ name: 'n', ignoreUriCase: true })).toEqual([]);
    const still = [sentence('ignoreUriCase', repeat('ignoreUriCase'))];
    expect(under({ ignoreUriCase: true, method: { exact: 'GET' } })).toEqual(still);
    expect(under({})).toEqual(still);
    expect(under({ ignoreUriCase: true }, {})).toEqual(still);
    const team = { sourceNamespace: 'team' };
    expect(losses([root([team])], delegate(any(team), ALL))).toEqual([]);
  });

  it('not repeated by a route for callers of one namespace, if the root has no such condition', () => {
    const above = root([{ uri: { prefix: '/a' }, headers: { user: { regex: 'a.*' } } }]);
    const any: HTTPRoute = { match: [{ sourceNamespace: 'team' }], redirect: { uri: '/' } };
    expect(losses([above], delegate(any, ALL))).toEqual([sentence('headers.user', drop('user'))]);
  });

  it('repeated for only one of its entries: requests of the others still reach the routes after it', () => {
    const regex = { uri: { prefix: '/b' }, headers: { user: { regex: 'a.*' } } };
    const above = root([regex, { uri: { prefix: '/a' }, ignoreUriCase: true }]);
    const any: HTTPRoute = { ...BASE, name: 'any', match: [{ ignoreUriCase: true }] };
    expect(losses([above], delegate(any, ALL))).toEqual([sentence('headers.user', drop('user'))]);
  });

  it.each<HTTPMatchRequest>([
    { uri: { regex: '/a.*' } },
    { port: 80 },
    { gateways: ['gw', 'mesh'] },
    { sourceLabels: { app: 'web' } },
    { queryParams: { a: { regex: '.*' } }, method: { exact: 'GET' } },
  ])('not %j', (match) => {
    expect(losses([root([match])], delegate(ALL))).toEqual([]);
  });
});

describe('nothing is lost', () => {
  const regex = { headers: { user: { regex: 'a.*' } } };

  it.each<[string, VirtualService[], VirtualService]>([
    ['without a root', [], delegate(ALL)],
    ['under a root without a match', [root([])], delegate(ALL)],
    [
      'under a root whose match does not name the header',
      [routing([{ delegate: { name: 'child' } }], { name: 'root' })],
      delegate(entries({ uri: { prefix: '/a' } })),
    ],
    [
      'in a VirtualService that is not a delegate',
      [root([regex])],
      routing([ALL], { name: 'child' }),
    ],
    [
      'under a root that delegates to another VirtualService',
      [routing([{ match: [regex], delegate: { name: 'child', namespace: 'team' } }])],
      delegate(ALL),
    ],
    [
      'under a root without hosts',
      [virtualService({ hosts: [], http: [{ match: [regex], delegate: { name: 'child' } }] })],
      delegate(ALL),
    ],
    [
      'where the root may not see the delegate',
      [root([regex])],
      virtualService({ hosts: [], exportTo: ['team'], http: [ALL] }, { name: 'child' }),
    ],
    [
      'where the route itself is dropped',
      [root([{ ...regex, uri: { prefix: '/a' } }])],
      delegate(entries({ uri: { prefix: '/b' } })),
    ],
    [
      'where the route before it is dropped, with its copy',
      [root([{ uri: { prefix: '/b' } }])],
      delegate(entries({ uri: { prefix: '/a' } }), ALL),
    ],
    [
      'after a route that takes everything',
      [root([regex])],
      delegate({ redirect: { uri: '/' } }, ALL),
    ],
    [
      'where the route is dropped for another of its entries',
      [root([{ ...regex, uri: { prefix: '/a' } }])],
      delegate(entries({ uri: { prefix: '/a/1' } }, { uri: { prefix: '/b' } })),
    ],
    [
      'where the root excludes the env',
      [root([{ ignoreUriCase: true, withoutHeaders: { User: { prefix: 'a' } } }])],
      delegate(ALL),
    ],
    [
      'of routes to other hosts',
      [root([regex])],
      delegate({ ...ALL, route: [to('web', 'shared')] }),
    ],
    [
      'where nothing is copied',
      [root([regex])],
      virtualService(
        { hosts: [], http: [ALL] },
        { name: 'child', labels: { 'riskified.com/ignore': 'true' } },
      ),
    ],
  ])('%s', (_what, roots, child) => {
    expect(losses(roots, child)).toEqual([]);
  });
});

it('gateways are compared by their full names', () => {
  const above = root([{ gateways: ['gw'], headers: { user: {} } }]);
  const child = delegate(entries({ gateways: ['shop/gw'] }));
  expect(losses([above], child)).toEqual([sentence('headers.user', drop('user'))]);
});

it('lists every root and every match once', () => {
  const match = { headers: { user: { regex: 'a.*' }, team: {} } };
  const found = losses(
    [root([match]), root([match], 'other'), root([])],
    delegate(entries({ uri: { prefix: '/a' } }), { ...ALL, name: 'two' }),
    [{ headers: { user: { exact: 'al' } } }, { headers: { team: { exact: 'x' } } }],
  );
  expect(found).toHaveLength(8);
  expect(new Set(found).size).toBe(8);
});

describe('agrees with where requests go', () => {
  const user = (value: StringMatch, key = 'user') => ({ headers: { [key]: value } });
  const a = { uri: { prefix: '/a' } };
  const ROOTS: HTTPMatchRequest[][] = [
    [],
    [{}],
    [user({ exact: 'al' })],
    [user({ prefix: 'a' })],
    [user({ regex: 'a.*' })],
    [user({})],
    [user({ regex: 'a.*' }, 'User')],
    [{ withoutHeaders: { user: { exact: 'bo' } } }],
    [{ ...a, ignoreUriCase: true }],
    [{ ...a, sourceNamespace: 'shop' }],
    [{ ...a, ...user({ regex: 'a.*' }) }, { uri: { prefix: '/b' } }],
    [{ ...a, ...user({ exact: 'bo' }) }, { uri: { prefix: '/b' } }],
  ];
  const BASES: HTTPMatchRequest[][] = [
    [],
    [{}],
    [a],
    [{ ignoreUriCase: true }],
    [{ sourceNamespace: 'shop' }],
    [user({ exact: 'al' })],
    [{ uri: { prefix: '/a/1' } }, { uri: { prefix: '/b' } }],
    [{ method: { exact: 'GET' } }],
  ];
  const ENVS: StringMatch[] = [
    { exact: 'al' },
    { prefix: 'a' },
    { regex: 'al|bo' },
    { exact: 'bo' },
  ];
  const REQUESTS = ['al', 'ab', 'bo', 'a'].flatMap((value) =>
    ['/a/1', '/A/1', '/b', '/c'].map((path) => ({
      host: HOST,
      authority: 'backend',
      method: 'GET',
      scheme: 'http',
      gateway: 'mesh',
      sourceNamespace: 'shop',
      headers: { user: value },
      path,
    })),
  );
  const clusterDomain = 'cluster.local';
  const hitOf = (request: (typeof REQUESTS)[number], ...virtualServices: VirtualService[]) => {
    const services = [{ host: HOST, namespace: 'shop' }];
    const outcome = evaluate(request, {
      virtualServices,
      services,
      destinationRules: [],
      clusterDomain,
    });
    return outcome.kind === 'destinations' ? outcome.hit : undefined;
  };

  it.each(ROOTS.flatMap((above) => BASES.map((base) => [above, base] as const)))(
    'under %j, a route with %j',
    (above, base) => {
      const top = root(above);
      const child = delegate({ ...ALL, match: base });
      for (const wanted of ENVS) {
        const match = user(wanted);
        const { http } = renderRoutes(withoutOurs(child), [planEntry({ matches: [match] })], {
          ...SCOPE,
          isDelegate: true,
        });
        // A copy that could not be made is reported by another note.
        if (http.length === 1) continue;
        const rendered = { ...child, spec: { ...child.spec, http } };
        const stays = REQUESTS.filter(
          (request) =>
            matchesString(wanted, request.headers.user) &&
            hitOf(request, top, child)?.delegate !== undefined &&
            hitOf(request, top, rendered)?.routeName !== `api-${nameOf()}`,
        );
        expect([wanted, losses([top], child, [match]).length > 0]).toEqual([
          wanted,
          stays.length > 0,
        ]);
      }
    },
  );
});
