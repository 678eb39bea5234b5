import { describe, expect, it } from '@jest/globals';
import type { RouteInjection } from '../../../../src/api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../../src/istio/types.ts';
import { findNotes } from '../../../../src/virtualservice/injections/notes.ts';
import { planned, wantedRoutes } from '../../../../src/virtualservice/injections/planned.ts';
import { draftRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { isIgnored } from '../../../../src/virtualservice/routes/ignored.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import {
  BASE,
  consumer,
  copy,
  HOST,
  injection,
  planNote,
  routing,
  SCOPE,
  to,
  virtualService,
} from '../builders.ts';

const notesOf = (object: VirtualService, ...injections: RouteInjection[]) => {
  const wanted = wantedRoutes(injections);
  const plans = wanted.flatMap(({ plan }) => plan ?? []);
  return findNotes(
    withoutOurs(object),
    wanted,
    draftRoutes(withoutOurs(object), plans, SCOPE),
    SCOPE,
  );
};
const notesFor = (...http: HTTPRoute[]) => notesOf(routing(http), injection());
const skipped = (message: string) => planNote('skipped', message);

describe('a plan', () => {
  it('contains what rendering needs of an injection', () => {
    expect(planned(injection())).toEqual({
      env: 'test',
      created: '2026-01-01T00:00:00Z',
      deployment: { namespace: 'shop', name: 'backend' },
      clone: 'backend-test',
      host: HOST,
      from: ['shared'],
      to: 'test',
      matches: [{ headers: { user: { exact: 'test-user' } } }],
    });
    expect(planned(consumer())).toBeUndefined();
  });
});

it("names the first few of many subsets that select the env's clone, and the number of the others", () => {
  const names = Array.from({ length: 9 }, (_, at) => `other-${at}`);
  const object = routing(names.map((name) => ({ route: [to('backend', name)] })));
  const exposed = names.map((subset) => ({ subset, remedy: 'change it' }));
  const notes = notesOf(object, consumer({ exposed }));
  expect(notes).toHaveLength(3);
  expect(notes.map(({ state }) => state)).toEqual(['unguarded', 'unguarded', 'unguarded']);
  expect(notes[2]?.message).toMatch(/subset other-2, .* \(and 6 more like this\)$/);
});

describe('the ignore mark', () => {
  it('is a label or an annotation with the value true', () => {
    const mark = 'riskified.com/ignore';
    expect(isIgnored(routing([], { labels: { [mark]: 'true' } }))).toBe(true);
    expect(isIgnored(routing([], { annotations: { [mark]: 'true' } }))).toBe(true);
    expect(isIgnored(routing([], { annotations: { [mark]: 'yes' }, labels: { a: 'true' } }))).toBe(
      false,
    );
    expect(isIgnored(routing([]))).toBe(false);
  });

  it('is reported to subsets, and does not hide that a route is unguarded', () => {
    const object = routing([{ route: [to()] }], { labels: { 'riskified.com/ignore': 'true' } });
    expect(notesOf(object, injection(), consumer({ env: 'c' }))).toEqual([
      planNote('unguarded', expect.any(String) as never),
      skipped('it is marked riskified.com/ignore: "true"'),
      planNote('unguarded', expect.any(String) as never, { env: 'c' }),
    ]);
  });
});

describe('nothing is reported', () => {
  it('about a route that can be copied', () => {
    expect(notesFor(BASE)).toEqual([]);
  });

  it("about routes that the env's requests never reach, if others are copied", () => {
    const other = { ...BASE, name: 'x', match: [{ headers: { user: { exact: 'else' } } }] };
    expect(notesFor(other, BASE)).toEqual([]);
    expect(notesFor(other)).toEqual([
      skipped('route "x" already has another condition on header user'),
    ]);
  });

  it('about our own routes', () => {
    expect(notesFor(copy(), BASE, { ...copy(), route: [to()] })).toEqual([]);
  });
});

describe('skipped', () => {
  it.each<[string, HTTPRoute, string]>([
    [
      'redirect',
      { redirect: {}, route: [to()] },
      `its route to ${HOST} cannot be copied: it redirects`,
    ],
    [
      'direct response',
      { directResponse: {}, route: [to('backend', 'x')] },
      `its route to ${HOST} cannot be copied: it has a direct response`,
    ],
    [
      'delegate',
      { delegate: { name: 'x' }, route: [to('backend', 'x')] },
      `its route to ${HOST} cannot be copied: it delegates to another VirtualService, which gets routes of its own`,
    ],
    [
      'another subset',
      { route: [to('backend', 'x')] },
      `no route sends to ${HOST} with subset shared`,
    ],
    [
      'another host',
      { route: [to('other', 'shared')] },
      `it routes to ${HOST} by tcp or tls only, which cannot match headers`,
    ],
  ])('has the reason why no route can be copied: %s', (_, route, message) => {
    expect(notesFor(route).filter(({ state }) => state === 'skipped')).toEqual([skipped(message)]);
  });

  it('is reported for routes without http', () => {
    const object = virtualService({ tcp: [{ route: [to('backend', 'x')] }] });
    expect(notesOf(object, injection())).toEqual([
      skipped(`it routes to ${HOST} by tcp or tls only, which cannot match headers`),
    ]);
  });

  it.each([
    ['it redirects', { name: 'moved', redirect: {} }],
    ['it has a direct response', { name: 'moved', directResponse: { status: 404 } }],
    [
      'it delegates to another VirtualService, which gets routes of its own',
      { name: 'moved', delegate: { name: 'x' } },
    ],
  ])('is reported for a VirtualService without destinations: %s', (why, route) => {
    expect(notesFor({ route: [to('other')] }, route)).toEqual([
      skipped(`no route of it sends to ${HOST}, and route "moved" cannot be copied: ${why}`),
    ]);
  });

  it('is reported for a redirect, although a route before it has another subset', () => {
    const plain = { route: [to('backend', 'x')] };
    expect(notesFor(plain, { redirect: {}, route: [to('backend', 'x')] })).toEqual([
      skipped(`its route to ${HOST} cannot be copied: it redirects`),
    ]);
  });

  it('ignores a redirect if another route can be copied', () => {
    expect(notesFor({ redirect: {}, route: [to('backend', 'x')] }, BASE)).toEqual([]);
  });

  it('names all base subsets, or says that there is none', () => {
    const object = routing([{ route: [to('backend', 'x')] }]);
    expect(notesOf(object, injection({ from: ['a', 'b'] }), injection({ from: [] }))).toEqual([
      skipped(`no route sends to ${HOST} with subset a or b`),
      skipped(`no DestinationRule of ${HOST} names a subset of the base's version`),
    ]);
  });

  it("names a route that may take the env's requests, although others are copied", () => {
    const match = [{ headers: { user: { prefix: 'te' } } }, { headers: { user: { regex: 'x' } } }];
    expect(notesFor({ ...BASE, match, name: 'r' }, BASE)).toEqual([
      skipped('route "r" already has another condition on header user'),
    ]);
  });

  it('is reported once for the same text', () => {
    const match = [
      { headers: { user: { prefix: 'te' } } },
      { headers: { user: { regex: 't.*' } } },
    ];
    expect(notesFor({ ...BASE, match, name: 'r' })).toEqual([
      skipped('route "r" already has another condition on header user'),
    ]);
  });

  it('names three routes at most', () => {
    const match = [{ headers: { user: { prefix: 'te' } } }];
    const routes = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...BASE, match, name: `r${i}` }));
    const told = (i: number) => `route "r${i}" already has another condition on header user`;
    expect(notesFor(...routes(3))).toEqual([skipped(told(0)), skipped(told(1)), skipped(told(2))]);
    expect(notesFor(...routes(5))).toEqual([
      skipped(told(0)),
      skipped(told(1)),
      skipped(`${told(2)} (and 2 more like this)`),
    ]);
  });

  it('and invalid are reported to their own envs', () => {
    const bad = injection({ env: 'bad', matches: [{ headers: { user: { regex: '(' } } }] });
    const other = injection({ env: 'other', matches: [{ headers: { lang: { exact: 'de' } } }] });
    const match = [{ headers: { user: { prefix: 'te' } } }];
    const notes = notesOf(routing([{ ...BASE, match, name: 'r' }, BASE]), bad, other, injection());
    expect(notes).toEqual([
      planNote('skipped', 'route "r" already has another condition on header user', { env: 'bad' }),
      planNote(
        'invalid',
        expect.stringMatching(
          /^Istio would refuse the copy of a route without a name: match\[0\]/,
        ) as never,
        { env: 'bad' },
      ),
      skipped('route "r" already has another condition on header user'),
    ]);
  });

  it('is reported for the Deployment and host that it is about', () => {
    const match = [{ headers: { user: { prefix: 'te' } } }];
    const object = routing([{ ...BASE, match, name: 'r' }, { route: [to('other', 'shared')] }]);
    const host = 'other.shop.svc.cluster.local';
    const message = 'route "r" already has another condition on header user';
    const two = { namespace: 'shop', name: 'two' };
    const three = { namespace: 'shop3', name: 'backend' };
    const notes = notesOf(
      object,
      injection({ host }),
      injection({ deployment: two }),
      injection({ deployment: three, matches: [{ headers: { a: { exact: 'b' } } }] }),
    );
    expect(notes).toEqual([planNote('skipped', message, { deployment: two })]);
  });
});

describe('unguarded', () => {
  const leak = (label: string, subset = 'the subset shared') =>
    `${label} sends to ${HOST} without a subset, so that regular requests reach the clone's pods; name ${subset} there`;

  it.each<[string, HTTPRoute, string]>([
    ['no subset', { name: 'r', route: [to()] }, 'route "r"'],
    ['an empty subset', { route: [to('backend', '')] }, 'a route without a name'],
    ['one of several', { route: [to('x', 'y'), to(HOST)] }, 'a route without a name'],
  ])('is a route with %s', (_, route, label) => {
    expect(notesFor(BASE, route)).toEqual([planNote('unguarded', leak(label))]);
  });

  it.each(['tcp', 'tls'])('is a %s route without a subset', (kind) => {
    const object = virtualService({ http: [BASE], [kind]: [{ route: [to()] }] });
    expect(notesOf(object, injection())).toEqual([
      planNote('unguarded', leak('a tcp or tls route')),
    ]);
  });

  it.each<[string, object]>([
    ['mirror', { mirror: { host: 'backend' } }],
    ['mirrors', { mirrors: [{ destination: { host: 'x' } }, { destination: { host: HOST } }] }],
  ])('is a %s without a subset', (_, mirror) => {
    expect(notesFor({ ...BASE, ...mirror })).toEqual([planNote('unguarded', leak('a mirror'))]);
  });

  it('is not a mirror to a subset, to another host, or of a route of ours', () => {
    const mirrored = (mirror: object, name = 'r') => ({ ...BASE, name, mirror }) as HTTPRoute;
    const named = mirrored({ host: 'backend', subset: 'shared' });
    const ours = mirrored({ host: 'backend' }, 'dynamic-environment-a-backend-0123456789');
    expect(notesFor(named, mirrored({ host: 'x' }), ours)).toEqual([]);
  });

  it('is not a route to another host, or a route without destinations', () => {
    expect(notesFor(BASE, { route: [to('other')] }, { redirect: {} })).toEqual([]);
  });

  it('is reported to consumers, which get no other notes', () => {
    const object = routing([{ route: [to()] }]);
    const one = consumer({ from: ['v1', 'v2'] });
    expect(notesOf(object, one, consumer({ from: [] }))).toEqual([
      planNote('unguarded', leak('a route without a name', 'the subset v1 or v2')),
      planNote('unguarded', leak('a route without a name', "the base's subset")),
    ]);
    expect(notesOf(routing([{ redirect: {} }]), consumer())).toEqual([]);
  });
});

describe('shadowed', () => {
  const first = { env: 'first', envCreationTimestamp: '2025-01-01T00:00:00Z' };
  const message = 'match 1 never applies: env "first" takes the same requests first';

  it('is reported to the env that comes later, even before it is active', () => {
    const expected = [planNote('shadowed', message)];
    expect(notesOf(routing([BASE]), injection(), injection(first))).toEqual(expected);
    expect(notesOf(routing([BASE]), injection({ active: false }), injection(first))).toEqual(
      expected,
    );
  });

  it('is not reported because of an env that has no routes yet, or none any more', () => {
    const pending = injection({ ...first, active: false });
    expect(notesOf(routing([BASE]), injection(), pending)).toEqual([]);
  });

  it('is reported for each match', () => {
    const matches = [
      { headers: { user: { exact: 'mine' } } },
      { headers: { User: { exact: 'test-user' } } },
    ];
    expect(notesOf(routing([BASE]), injection({ matches }), injection(first))).toEqual([
      planNote('shadowed', message.replace('match 1', 'match 2')),
    ]);
  });
});
