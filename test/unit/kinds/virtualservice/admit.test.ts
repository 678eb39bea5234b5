import { describe, expect, it } from '@jest/globals';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { admit, type VirtualServiceWrite } from '../../../../src/kinds/virtualservice/admit.ts';
import { applyJsonPatch } from '../../../../src/simulator/api-server/json-patch.ts';
import { serializePlan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import {
  BASE,
  CONFIG,
  copy,
  plan,
  planEntry,
  planNote,
  routing,
  to,
} from '../../virtualservice/builders.ts';

const PLAN = 'riskified.com/route-injections';
const ENVS = 'riskified.com/dynamic-environment';
const LABEL = 'env.riskified.com/test';
const PLANNED = serializePlan(plan([planEntry()], { at: '2026-01-01T00:00:00Z' }));
const MARKS = { annotations: { [PLAN]: PLANNED, [ENVS]: 'test' }, labels: { [LABEL]: 'injected' } };
const live = routing([copy(), BASE], MARKS);

const write = (fields: Partial<VirtualServiceWrite>) =>
  admit(
    { operation: 'UPDATE', username: 'jane', object: live, oldObject: live, ...fields },
    CONFIG,
  );
/** The stored object, and the other fields of the answer. */
function stored(fields: Partial<VirtualServiceWrite>) {
  const { patch, ...rest } = write(fields);
  return { object: applyJsonPatch(fields.object ?? live, patch), ...rest };
}
const result = (object: VirtualService, routes: number, restoredMarks: boolean) => ({
  object,
  routes,
  restoredMarks,
});

describe("Metacontroller's update", () => {
  const owner = { username: CONFIG.metacontrollerUser };

  it('gets its plan and its routes in the same write', () => {
    const object = routing([BASE], MARKS);
    expect(write({ ...owner, object, oldObject: routing([BASE]) })).toEqual({
      patch: [{ op: 'add', path: '/spec/http/0', value: copy() }],
      routes: 1,
      restoredMarks: false,
    });
  });

  it('removes the routes with an empty plan, and without a plan', () => {
    const empty = { annotations: { [PLAN]: serializePlan(plan([])) } };
    const object = routing([copy(), BASE], { ...empty, labels: { [LABEL]: 'pending' } });
    const after = routing([BASE], { ...empty, labels: { [LABEL]: 'pending' } });
    expect(stored({ ...owner, object })).toEqual(result(after, 0, false));
    const bare = routing([copy(), BASE]);
    expect(stored({ ...owner, object: bare })).toEqual(result(routing([BASE]), 0, false));
  });

  it('may change labels', () => {
    const object = routing([copy(), BASE], { ...MARKS, labels: { [LABEL]: 'skipped' } });
    expect(write({ ...owner, object })).toEqual({ patch: [], routes: 1, restoredMarks: false });
  });

  it('has no special rights on a create', () => {
    const { object } = stored({ ...owner, operation: 'CREATE', oldObject: null });
    expect(object).toEqual(routing([BASE]));
  });
});

describe("a user's update", () => {
  it('without changes is not patched', () => {
    expect(write({})).toEqual({ patch: [], routes: 1, restoredMarks: false });
  });

  it.each<[string, Partial<VirtualService['metadata']>]>([
    ['omitted as a whole (replace)', {}],
    ['left out', { annotations: {}, labels: {} }],
    ['nulls', { annotations: null, labels: null } as never],
    ['edited', { annotations: { [PLAN]: '{}', [ENVS]: 'x' }, labels: { [LABEL]: 'x' } }],
    ['added to', { ...MARKS, labels: { ...MARKS.labels, 'env.riskified.com/x': 'y' } }],
    ['broken', { ...MARKS, annotations: { [PLAN]: '{', [ENVS]: 'test' } }],
  ])('gets the old marks and the routes back: %s', (_, metadata) => {
    expect(stored({ object: routing([BASE], metadata) })).toEqual(result(live, 1, true));
  });

  it('keeps the other changes of the write', () => {
    const renamed = { ...BASE, name: 'renamed', timeout: '3s' };
    const metadata = { annotations: { mine: 'x' }, labels: { app: 'y' } };
    const made = copy('test', { timeout: '3s' });
    expect(stored({ object: routing([renamed], metadata) }).object).toEqual(
      routing([made, renamed], {
        annotations: { ...metadata.annotations, ...MARKS.annotations },
        labels: { ...metadata.labels, ...MARKS.labels },
      }),
    );
  });

  it('renders routes again that the write has changed', () => {
    const object = routing([copy('test', { timeout: '1s' }), copy('x'), BASE], MARKS);
    expect(stored({ object })).toEqual(result(live, 1, false));
  });

  it('removes routes that are not in any plan', () => {
    const object = routing([copy(), BASE]);
    expect(stored({ object, oldObject: routing([BASE]) })).toEqual(
      result(routing([BASE]), 0, false),
    );
  });

  it('removes a plan that was invalid before', () => {
    const broken = routing([copy(), BASE], {
      ...MARKS,
      annotations: { [PLAN]: '{', [ENVS]: 'test' },
    });
    expect(stored({ object: broken, oldObject: broken })).toEqual(
      result(routing([BASE], { ...MARKS, annotations: { [ENVS]: 'test' } }), 0, false),
    );
  });

  it('without an old object removes all marks', () => {
    expect(stored({ oldObject: null })).toEqual(result(routing([BASE]), 0, true));
  });

  it('of a VirtualService with the ignore mark keeps the plan and has no routes', () => {
    const ignored = { ...MARKS, labels: { ...MARKS.labels, 'riskified.com/ignore': 'true' } };
    const object = routing([copy(), BASE], ignored);
    expect(stored({ object })).toEqual(result(routing([BASE], ignored), 0, false));
  });
});

describe('an env that leaves', () => {
  const EMPTY = serializePlan(plan([]));
  const LEFT = { [LABEL]: 'leaving' };

  it.each([
    ["Metacontroller's write", CONFIG.metacontrollerUser],
    ["a user's write after the webhook was away", 'jane'],
  ])('leaves no mark after the write that removes its routes: %s', (_, username) => {
    const annotations = { [PLAN]: EMPTY, [ENVS]: 'test', mine: 'x' };
    const object = routing([copy(), BASE], { annotations, labels: LEFT });
    expect(write({ username, object, oldObject: object })).toEqual({
      patch: [
        { op: 'remove', path: '/metadata/annotations/riskified.com~1route-injections' },
        { op: 'remove', path: '/metadata/annotations/riskified.com~1dynamic-environment' },
        { op: 'remove', path: '/metadata/labels' },
        { op: 'remove', path: '/spec/http/0' },
      ],
      routes: 0,
      restoredMarks: false,
    });
  });

  it('leaves no owner of its marks in managedFields', () => {
    const owned = (...keys: string[]) => Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
    const entry = (manager: string, ...labels: string[]) => ({
      manager,
      fieldsV1: {
        'f:metadata': { 'f:annotations': owned(PLAN), 'f:labels': owned(...labels) },
      },
    });
    const managedFields = [entry('metacontroller', LABEL), entry('kubectl', LABEL, 'app')];
    const object = routing([copy(), BASE], {
      annotations: { [PLAN]: EMPTY },
      labels: { ...LEFT, app: 'x' },
      managedFields,
    });
    const { metadata } = stored({ object, oldObject: object }).object;
    expect(metadata.managedFields).toEqual([
      { manager: 'kubectl', fieldsV1: { 'f:metadata': { 'f:labels': owned('app') } } },
    ]);
  });

  it('does not remove a plan that other envs need', () => {
    const others = plan([planEntry({ env: 'other' })]);
    for (const [text, labels, routes] of [
      [serializePlan(others), { 'env.riskified.com/other': 'injected' }, [copy('other')]],
      [EMPTY, { 'env.riskified.com/other': 'pending' }, []],
      // The state after somebody removed the label while the webhook was away.
      [serializePlan(others), {}, [copy('other')]],
    ] as const) {
      const annotations = { [PLAN]: text };
      const object = routing([copy(), BASE], { annotations, labels: { ...labels, ...LEFT } });
      const { metadata, spec } = stored({ object, oldObject: object }).object;
      expect(metadata.annotations).toEqual(annotations);
      expect(metadata.labels ?? {}).toEqual(labels);
      expect(spec.http).toEqual([...routes, BASE]);
    }
  });

  it('keeps notes for other envs', () => {
    const annotations = { [PLAN]: serializePlan(plan([], { notes: [planNote('skipped', 'x')] })) };
    const object = routing([BASE], { annotations, labels: LEFT });
    expect(stored({ object, oldObject: object }).object.metadata.annotations).toEqual(annotations);
  });

  it('keeps its label if routes cannot be rendered', () => {
    const annotations = {
      [PLAN]: serializePlan(plan([planEntry({ env: 'two\nlines', subset: 'two', clone: 'two' })])),
    };
    const object = routing([BASE], { annotations, labels: LEFT });
    expect(write({ object, oldObject: object }).patch).toEqual([]);
  });
});

describe('a create', () => {
  it('of a copied manifest removes marks and routes, whatever else it has', () => {
    const metadata = {
      annotations: { ...MARKS.annotations, mine: 'x' },
      labels: { ...MARKS.labels, app: 'y' },
    };
    const object = routing([copy(), BASE, copy('other')], metadata);
    expect(stored({ operation: 'CREATE', object, oldObject: null })).toEqual(
      result(routing([BASE], { annotations: { mine: 'x' }, labels: { app: 'y' } }), 0, true),
    );
    expect(stored({ operation: 'CREATE', object }).object.spec.http).toEqual([BASE]);
  });

  it('of another object is not patched', () => {
    const expected = { patch: [], routes: 0, restoredMarks: false };
    expect(write({ operation: 'CREATE', object: routing([BASE]), oldObject: null })).toEqual(
      expected,
    );
  });
});

describe('robustness', () => {
  it.each<[string, unknown]>([
    ['no spec', undefined],
    ['null for spec', null],
    ['no http', { hosts: ['a'] }],
    ['null for http', { http: null }],
    ['no routes', { http: [] }],
  ])('marks are restored on an object with %s', (_, spec) => {
    const object = { ...routing([]), spec } as VirtualService;
    const { patch, ...rest } = write({ object });
    expect(rest).toEqual({ routes: 0, restoredMarks: true });
    expect(patch).toEqual([
      { op: 'add', path: '/metadata/annotations', value: MARKS.annotations },
      { op: 'add', path: '/metadata/labels', value: MARKS.labels },
    ]);
  });

  it("an answer that would change the user's routes is not given, and the log says so", () => {
    const planned = serializePlan(
      plan([planEntry({ env: 'two\nlines', subset: 'two', clone: 'two' })]),
    );
    const metadata = { annotations: { [PLAN]: planned } };
    const oldObject = routing([BASE], metadata);
    expect(write({ object: routing([BASE]), oldObject })).toEqual({
      patch: [{ op: 'add', path: '/metadata/annotations', value: metadata.annotations }],
      routes: 0,
      restoredMarks: true,
      refusal: 'rendering would alter routes',
    });
  });

  it('short host names are resolved in the namespace of the write', () => {
    const object = routing([BASE], { ...MARKS, namespace: 'other' });
    expect(write({ object })).toEqual({ patch: [], routes: 0, restoredMarks: false });
  });
});

describe('size', () => {
  const filler = (left: number) => ({ filler: 'x'.repeat(256 * 1024 - 'filler'.length - left) });
  const marksOf = (left: number) => {
    const { object } = stored({ object: routing([BASE], { annotations: filler(left) }) });
    const { filler: _, ...annotations } = object.metadata.annotations ?? {};
    return { annotations, routes: (object.spec.http ?? []).length - 1 };
  };

  it("omits what has no room beside the user's annotations", () => {
    const names = ENVS.length + 'test'.length + PLAN.length + 64 * 1024;
    const planned = { [PLAN]: PLANNED };
    expect(marksOf(names)).toEqual({ annotations: MARKS.annotations, routes: 1 });
    expect(marksOf(names - 1)).toEqual({ annotations: planned, routes: 1 });
    const all = PLAN.length + PLANNED.length + 64;
    expect(marksOf(all)).toEqual({ annotations: planned, routes: 1 });
    const none = { [PLAN]: expect.stringContaining('"injections":[]') as never };
    expect(marksOf(all - 100)).toEqual({ annotations: none, routes: 0 });
    expect(marksOf(PLAN.length)).toEqual({ annotations: {}, routes: 0 });
  });

  it('omits notes before routes', () => {
    const notes = [planNote('unguarded', 'x'.repeat(500))];
    const at = '2026-01-01T00:00:00Z';
    const oldObject = routing([BASE], {
      annotations: { [PLAN]: serializePlan(plan([planEntry()], { notes, attempt: 4, at })) },
    });
    const object = routing([BASE], { annotations: filler(700) });
    const { object: after, routes } = stored({ object, oldObject });
    expect(routes).toBe(1);
    expect(after.metadata.annotations?.[PLAN]).toBe(
      serializePlan(plan([planEntry()], { attempt: 4, at })),
    );
  });

  it('omits routes that would make the object too large', () => {
    const big = { ...BASE, corsPolicy: { allowOrigins: ['x'.repeat(1_310_000)] } };
    const oldObject = routing([BASE, { route: [to()] }], MARKS);
    const { object } = stored({ object: routing([big]), oldObject });
    expect(object.spec.http).toEqual([big]);
    expect(object.metadata.annotations).toEqual({
      [ENVS]: 'test',
      [PLAN]: serializePlan(plan([], { at: '2026-01-01T00:00:00Z' })),
    });
  });
});
