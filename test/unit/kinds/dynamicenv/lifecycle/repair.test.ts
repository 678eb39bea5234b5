import { describe, expect, it } from '@jest/globals';
import { repaired } from '../../../../../src/kinds/dynamicenv/lifecycle/repair.ts';
import { deepFreeze, type Meta, rule } from '../../../../support/objects.ts';

const desired = deepFreeze(rule('shop/a', {}, { labels: { l: '1' }, annotations: { a: '1' } }));
const observed = (meta: Meta) => deepFreeze(rule('shop/a', {}, { resourceVersion: '7', ...meta }));
const withRepair = (value: string) =>
  rule(
    'shop/a',
    {},
    {
      labels: { l: '1' },
      annotations: { a: '1', 'riskified.com/repair': value },
    },
  );

describe('repaired', () => {
  it('changes nothing if the child does not exist', () => {
    expect(repaired(desired, undefined)).toBe(desired);
  });

  it.each<[string, Meta]>([
    ['nothing else', { labels: { l: '1' }, annotations: { a: '1' } }],
    [
      'additional marks of other owners',
      { labels: { l: '1', x: 'y' }, annotations: { a: '1', x: 'y' } },
    ],
  ])('changes nothing if the child has all desired marks and %s', (_what, meta) => {
    expect(repaired(desired, observed(meta))).toBe(desired);
  });

  it.each<[string, Meta]>([
    ['a label is gone', { labels: {}, annotations: { a: '1' } }],
    ['a label is changed', { labels: { l: '2' }, annotations: { a: '1' } }],
    ['all labels are gone', { annotations: { a: '1' } }],
    ['an annotation is gone', { labels: { l: '1' }, annotations: {} }],
    ['an annotation is changed', { labels: { l: '1' }, annotations: { a: '2' } }],
    ['all annotations are gone', { labels: { l: '1' } }],
    [
      'the previous write was a repair, too',
      { labels: {}, annotations: { a: '1', 'riskified.com/repair': '3' } },
    ],
  ])('notes the resourceVersion of the drift if %s', (_what, meta) => {
    expect(repaired(desired, observed(meta))).toEqual(withRepair('7'));
  });

  it('needs no note if a new draining time is written, which is a change by itself', () => {
    const since = { 'riskified.com/draining-since': '2026-01-01T00:00:00Z' };
    const draining = rule('shop/a', {}, { annotations: { a: '1', ...since } });
    expect(repaired(draining, observed({ annotations: { a: '1' } }))).toBe(draining);
    expect(repaired(draining, observed({ annotations: { a: '2' } }))).toEqual(
      rule('shop/a', {}, { annotations: { a: '1', ...since, 'riskified.com/repair': '7' } }),
    );
  });

  it('drops the note when the drift is gone', () => {
    const meta = { labels: { l: '1' }, annotations: { a: '1', 'riskified.com/repair': '3' } };
    expect(repaired(desired, observed(meta))).toBe(desired);
  });

  it('does nothing in dynamic-apply mode, where Metacontroller repairs', () => {
    const annotations = { 'metacontroller.k8s.io/last-applied-configuration': '{}' };
    expect(repaired(desired, observed({ annotations }))).toBe(desired);
  });

  it('changes nothing on an object without marks', () => {
    expect(repaired(rule('shop/a'), observed({}))).toEqual(rule('shop/a'));
  });
});
