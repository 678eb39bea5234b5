import { describe, expect, it } from '@jest/globals';
import type { TargetService } from '../../../../src/api/routeinjection.ts';
import { planned } from '../../../../src/virtualservice/injections/planned.ts';
import {
  EMPTY_PLAN,
  parsePlan,
  samePlan,
  serializePlan,
} from '../../../../src/virtualservice/routes/plan-codec.ts';
import { injection, plan, planEntry, planNote } from '../builders.ts';

const note = planNote('skipped', 'why');
const full = plan(
  [planEntry({ matches: [{ headers: { a: { exact: 'b' } }, sourceLabels: { c: 'd' } }, {}] })],
  { notes: [note], attempt: 2, at: '2026-01-01T00:00:00Z' },
);

function withoutSubset(service: TargetService) {
  const { subset: _none, ...spec } = injection({ env: 'other', service }).spec;
  const entry = planned({ ...injection(), spec });
  if (entry === undefined) throw new Error('no entry');
  return entry;
}

describe('a plan as text', () => {
  it('is read as it was written', () => {
    expect(parsePlan(serializePlan(full))).toEqual(full);
    expect(serializePlan(EMPTY_PLAN)).toBe('{"injections":[],"notes":[]}');
    expect(parsePlan('{"injections":[],"notes":[]}')).toEqual(EMPTY_PLAN);
  });

  it('has routes to other Services in a list of their own, which the version before ignores', () => {
    const service = { host: 'b.shop.svc.cluster.local', ports: [80], basePorts: [80] };
    const toService = withoutSubset(service);
    const mixed = plan([toService, ...full.injections]);
    const text = serializePlan(mixed);
    expect(JSON.parse(text)).toEqual({
      injections: full.injections,
      notes: [],
      laterInjections: [toService],
    });
    const read = parsePlan(text) ?? EMPTY_PLAN;
    expect(read).toEqual(plan([...full.injections, toService]));
    expect(samePlan(read, mixed)).toBe(true);
    expect(samePlan(plan([withoutSubset({ ...service, ports: [81] })]), plan([toService]))).toBe(
      false,
    );
    expect(serializePlan(read)).toBe(text);
  });

  it('has matches that the version before would misread in that list, too', () => {
    const [first] = full.injections;
    const matches = [{ cookie: { name: 'user', exact: 'a' } }];
    const byCookie = { ...first, matches } as (typeof full.injections)[number];
    const byRef = { ...first, ref: 'mp-101' } as typeof byCookie;
    const text = serializePlan(plan([byCookie, byRef]));
    expect(JSON.parse(text)).toEqual({
      injections: [byRef],
      notes: [],
      laterInjections: [byCookie],
    });
    expect(parsePlan(text)).toEqual(plan([byRef, byCookie]));
  });

  it('does not depend on the order of keys', () => {
    const { injections, notes, attempt, at } = full;
    const other = { at, attempt, notes, injections: injections.map(reversed) };
    expect(serializePlan(other as typeof full)).toBe(serializePlan(full));
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a text', 'x'],
    ['no injections', { notes: [] }],
    ['no notes', { injections: [] }],
    ['injections that are not a list', { injections: {}, notes: [] }],
    ['an attempt that is not a number', { ...full, attempt: '1' }],
    ['a time that is not a text', { ...full, at: 1 }],
    ['an injection that is not a map', { ...full, injections: [null] }],
    ...['env', 'created', 'clone', 'host', 'to', 'deployment', 'from', 'matches'].map(
      (key): [string, unknown] => [`no ${key}`, withInjection({ [key]: undefined })],
    ),
    ['a Deployment without a namespace', withInjection({ deployment: { name: 'a' } })],
    ['a Deployment without a name', withInjection({ deployment: { namespace: 'a' } })],
    ['a Deployment that is a list', withInjection({ deployment: [] })],
    ['base subsets that are not texts', withInjection({ from: [1] })],
    ['a Service that is not a map', withInjection({ service: 'a' })],
    ['a Service without a host', withInjection({ service: { ports: [], basePorts: [] } })],
    [
      'a port that is a text',
      withInjection({ service: { host: 'a', ports: ['80'], basePorts: [] } }),
    ],
    ['other Services that are not a list', { ...full, laterInjections: {} }],
    ['routes to other Services without any', { ...full, laterInjections: full.injections }],
    ['a match that is not a map', withInjection({ matches: [[]] })],
    ['headers that are not a map', withInjection({ matches: [{ headers: [] }] })],
    ['a header that is not a map', withInjection({ matches: [{ headers: { a: 'b' } }] })],
    [
      'one header of several that is not a map',
      withInjection({ matches: [{ headers: { a: { exact: 'b' }, c: 'd' } }] }),
    ],
    [
      'a header value that is not a text',
      withInjection({ matches: [{ headers: { a: { exact: 1 } } }] }),
    ],
    ['source labels that are not a map', withInjection({ matches: [{ sourceLabels: 'a' }] })],
    ['a source label that is not a text', withInjection({ matches: [{ sourceLabels: { a: 1 } }] })],
    [
      'one source label of several that is not a text',
      withInjection({ matches: [{ sourceLabels: { a: 'b', c: 1 } }] }),
    ],
    ['a note that is not a map', { ...full, notes: ['x'] }],
    ...['env', 'host', 'message', 'deployment', 'state'].map((key): [string, unknown] => [
      `a note without ${key}`,
      { ...full, notes: [{ ...note, [key]: undefined }] },
    ]),
    ['a note with an unknown state', { ...full, notes: [{ ...note, state: 'x' }] }],
  ])('is refused: %s', (_, value) => {
    expect(parsePlan(JSON.stringify(value))).toBeUndefined();
  });

  it('is refused if it is not JSON, or absent', () => {
    expect(parsePlan('{')).toBeUndefined();
    expect(parsePlan('')).toBeUndefined();
    expect(parsePlan(undefined)).toBeUndefined();
  });
});

function withInjection(fields: object): unknown {
  return { ...full, injections: [{ ...planEntry(), ...fields }] };
}

function reversed<T extends object>(map: T): T {
  return Object.fromEntries(Object.entries(map).reverse()) as T;
}
