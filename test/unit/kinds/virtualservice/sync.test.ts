import { describe, expect, it } from '@jest/globals';
import type { RouteInjection } from '../../../../src/api/routeinjection.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { decorate } from '../../../../src/kinds/virtualservice/sync.ts';
import { serializePlan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import {
  BASE,
  CONFIG,
  consumer,
  copy,
  injection,
  plan,
  planEntry,
  planNote,
  routing,
  to,
} from '../../virtualservice/builders.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const AT = '2026-01-01T12:00:00Z';
const BEFORE = '2026-01-01T11:59:59Z';
const PLAN = 'riskified.com/route-injections';
const ENVS = 'riskified.com/dynamic-environment';
const LABEL = 'env.riskified.com/test';
const sync = (object: VirtualService, injections: RouteInjection[] = [injection()]) =>
  decorate(object, injections, CONFIG, NOW);
const wanted = plan([planEntry()]);
const text = (rest: object = {}, given = wanted) => serializePlan({ ...given, ...rest });
const marked = (http: VirtualService['spec']['http'] = [], planText = text({ at: BEFORE })) =>
  routing(http, {
    annotations: { [PLAN]: planText, [ENVS]: 'test' },
    labels: { [LABEL]: 'injected' },
  });
const IN_PLACE = {
  annotations: { [PLAN]: text({ at: BEFORE }), [ENVS]: 'test' },
  labels: { [LABEL]: 'injected' },
  isRepair: false,
};

describe('sync', () => {
  it('writes a plan, and does not change the spec', () => {
    expect(sync(routing([BASE]))).toEqual({
      annotations: { [PLAN]: text({ at: AT }), [ENVS]: 'test' },
      labels: { [LABEL]: 'injected' },
      isRepair: false,
    });
  });

  it('changes nothing on a VirtualService that is up to date', () => {
    expect(sync(marked([copy(), BASE]))).toEqual(IN_PLACE);
  });

  it('adds the label for a pending env, and does not plan its routes', () => {
    expect(sync(routing([BASE]), [injection({ active: false })])).toEqual({
      annotations: { [PLAN]: null, [ENVS]: 'test' },
      labels: { [LABEL]: 'pending' },
      isRepair: false,
    });
  });

  it('keeps an empty plan while there is a pending injection, so that both are removed in one write', () => {
    const empty = text({ at: AT }, plan([]));
    const object = marked([BASE], empty);
    expect(sync(object, [injection({ active: false })])).toEqual({
      annotations: { [PLAN]: empty, [ENVS]: 'test' },
      labels: { [LABEL]: 'pending' },
      isRepair: false,
    });
    expect(sync(object, [])).toEqual({
      annotations: { [PLAN]: null, [ENVS]: null },
      labels: { [LABEL]: null },
      isRepair: false,
    });
  });

  it('writes a plan with notes only if there is a note', () => {
    const object = routing([{ route: [to('backend', 'x')] }]);
    const notes = [
      planNote('skipped', 'no route sends to backend.shop.svc.cluster.local with subset shared'),
    ];
    expect(sync(object, [injection({ active: false })])).toEqual({
      annotations: { [PLAN]: text({ at: AT }, plan([], { notes })), [ENVS]: 'test' },
      labels: { [LABEL]: 'skipped' },
      isRepair: false,
    });
  });

  it('names every env once, sorted, consumers too', () => {
    const two = { namespace: 'shop', name: 'two' };
    const injections = [
      consumer({ env: 'z', active: false }),
      injection({ deployment: two }),
      injection(),
      injection({ env: 'a.b' }),
    ];
    const { annotations, labels } = sync(routing([BASE]), injections);
    expect(annotations[ENVS]).toBe('a.b,test,z');
    expect(Object.keys(labels)).toHaveLength(3);
  });

  it('removes labels of envs that are gone, and no others', () => {
    const labels = { 'env.riskified.com/gone': 'injected', app: 'x', [LABEL]: 'pending' };
    expect(sync(routing([BASE], { labels })).labels).toEqual({
      'env.riskified.com/gone': 'leaving',
      [LABEL]: 'injected',
    });
    const object = routing([copy(), BASE], { labels });
    expect(sync(object).labels).toEqual({ 'env.riskified.com/gone': null, [LABEL]: 'injected' });
  });

  it('writes a plan again for routes without a plan', () => {
    expect(sync(routing([copy(), BASE])).annotations[PLAN]).toBe(text({ at: AT }));
  });

  it('replaces an invalid plan', () => {
    expect(sync(marked([BASE], '{'))).toEqual({
      ...IN_PLACE,
      annotations: { [PLAN]: text({ at: AT }), [ENVS]: 'test' },
    });
  });
});

describe('marks are removed only after the routes', () => {
  const leaving = [injection({ active: false, leaving: true })];
  const EMPTY = plan([]);

  describe.each([
    ['whose injection leaves', leaving],
    ['whose injection is gone', []],
  ])('of an env %s', (_, injections) => {
    it('an empty plan and the label stay while there are routes', () => {
      expect(sync(marked([copy(), BASE]), injections)).toEqual({
        annotations: { [PLAN]: text({ at: AT }, EMPTY), [ENVS]: null },
        labels: { [LABEL]: 'leaving' },
        isRepair: false,
      });
    });

    it('a write is requested again if the webhook was away', () => {
      const object = marked([copy(), BASE], text({ at: BEFORE }, EMPTY));
      expect(sync(object, injections)).toEqual({
        annotations: { [PLAN]: text({ attempt: 1, at: AT }, EMPTY), [ENVS]: null },
        labels: { [LABEL]: 'leaving' },
        resyncAfterSeconds: 2,
        isRepair: true,
      });
    });

    it('nothing stays if there are no routes', () => {
      const nothing = { annotations: { [PLAN]: null, [ENVS]: null }, isRepair: false };
      for (const planned of [text({ at: BEFORE }, EMPTY), text()]) {
        const labels = { [LABEL]: null };
        expect(sync(marked([BASE], planned), injections)).toEqual({ ...nothing, labels });
      }
      const labels = injections.length > 0 ? { [LABEL]: null } : {};
      expect(sync(routing([BASE]), injections)).toEqual({ ...nothing, labels });
    });
  });

  it('an injection that requests routes does not leave, whatever its other fields are', () => {
    const asking = [injection({ active: true, leaving: true })];
    expect(sync(marked([copy(), BASE]), asking)).toEqual(sync(marked([copy(), BASE])));
  });

  it('an env that leaves gets its label again if somebody restores its routes', () => {
    expect(sync(routing([copy(), BASE]), leaving)).toEqual({
      annotations: { [PLAN]: text({ at: AT }, EMPTY), [ENVS]: null },
      labels: { [LABEL]: 'leaving' },
      isRepair: false,
    });
  });

  it('an env that stays has its state as label, even if another injection of it leaves', () => {
    const two = { namespace: 'shop', name: 'two' };
    const other = injection({ env: 'other' });
    const object = marked([copy(), BASE]);
    expect(sync(object, [...leaving, other])).toEqual({
      annotations: {
        [PLAN]: text({ at: AT }, plan([planEntry({ env: 'other' })])),
        [ENVS]: 'other',
      },
      labels: { [LABEL]: 'leaving', 'env.riskified.com/other': 'injected' },
      isRepair: false,
    });
    const same = injection({ deployment: two });
    expect(sync(object, [...leaving, same]).labels).toEqual({ [LABEL]: 'injected' });
  });

  it('also without any plan, if somebody restored our routes', () => {
    expect(sync(routing([copy(), BASE]), [])).toEqual({
      annotations: { [PLAN]: text({ at: AT }, plan([])), [ENVS]: null },
      labels: {},
      isRepair: false,
    });
  });

  it('with the ignore mark, the plan says why', () => {
    const object = routing([copy(), BASE], { labels: { 'riskified.com/ignore': 'true' } });
    const notes = [planNote('skipped', 'it is marked riskified.com/ignore: "true"')];
    expect(sync(object).annotations[PLAN]).toBe(text({ at: AT }, plan([], { notes })));
  });
});

describe('routes that differ from the plan', () => {
  it.each([
    ['missing', [BASE]],
    ['of another env', [copy('other'), BASE]],
    ['changed by hand', [copy('test', { timeout: '1s' }), BASE]],
    ['in the wrong place', [BASE, copy()]],
  ])('are requested again: %s', (_, http) => {
    expect(sync(marked(http))).toEqual({
      ...IN_PLACE,
      annotations: { [PLAN]: text({ attempt: 1, at: AT }), [ENVS]: 'test' },
      resyncAfterSeconds: 2,
      isRepair: true,
    });
  });

  it('are waited for without a write until the next attempt is due', () => {
    const waiting = text({ attempt: 3, at: BEFORE });
    expect(sync(marked([BASE], waiting))).toEqual({
      ...IN_PLACE,
      annotations: { [PLAN]: waiting, [ENVS]: 'test' },
      resyncAfterSeconds: 7,
    });
  });

  it('are not requested if admission would refuse to render them', () => {
    const two = { env: 'two\nlines', subset: 'two', clone: 'two' };
    const planned = text({ at: BEFORE }, plan([planEntry(two)]));
    const { annotations, isRepair } = sync(marked([BASE], planned), [injection(two)]);
    expect([annotations[PLAN], isRepair]).toEqual([planned, false]);
  });
});

describe('the size of annotations', () => {
  it('is limited by omitting the names of the envs, then the plan', () => {
    const filled = (left: number) =>
      routing([BASE], { annotations: { a: 'x'.repeat(256 * 1024 - 1 - left) } });
    expect(sync(filled(10))).toEqual({
      annotations: { [PLAN]: null, [ENVS]: null },
      labels: { [LABEL]: 'too-large' },
      isRepair: false,
    });
    const names = sync(filled(64 * 1024 + PLAN.length + ENVS.length + 4)).annotations;
    expect(names).toMatchObject({ [ENVS]: 'test' });
    const plan = sync(filled(64 * 1024 + PLAN.length + ENVS.length + 3)).annotations;
    expect(plan).toEqual({ ...names, [ENVS]: null });
  });
});

it('a VirtualService without spec, http or marks is accepted', () => {
  const nothing = { annotations: { [PLAN]: null, [ENVS]: null }, labels: {}, isRepair: false };
  for (const spec of [undefined, null, {}, { http: null }]) {
    expect(sync({ ...routing([]), spec } as VirtualService, [])).toEqual(nothing);
  }
});
