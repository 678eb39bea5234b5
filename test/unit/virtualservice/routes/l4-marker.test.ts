import { describe, expect, test } from '@jest/globals';
import {
  canBeMarked,
  l4Key,
  mergedL4Filter,
  withMarker,
} from '../../../../src/virtualservice/routes/l4-marker.ts';
import type { L4Route } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { merge } from '../merges/builders.ts';

const LABELS = { app: 'web' };
const FULL = {
  sourceLabels: LABELS,
  sourceNamespace: 'x',
  destinationSubnets: ['10.0.0.0/8'],
  gateways: ['mesh'],
};
const MARKED: [string, L4Route, L4Route][] = [
  ['without a match', {}, { match: [{ sourceLabels: {} }] }],
  ['with an empty match', { match: [] }, { match: [{ sourceLabels: {} }] }],
  ['with a match', { match: [{ port: 1 }] }, { match: [{ port: 1, sourceLabels: {} }] }],
  [
    'whose second entry has no labels',
    { match: [{ sourceLabels: LABELS }, { port: 1 }] },
    { match: [{ sourceLabels: LABELS }, { port: 1, sourceLabels: {} }] },
  ],
  [
    'whose entries all have labels',
    { match: [{ sourceLabels: LABELS }] },
    { match: [{ sourceLabels: LABELS, sourceNamespace: '' }] },
  ],
  [
    'whose author wrote the mark',
    { match: [{ sourceLabels: {} }] },
    { match: [{ sourceLabels: {}, sourceNamespace: '' }] },
  ],
  [
    'with labels and namespaces',
    { match: [{ sourceLabels: {}, sourceNamespace: '' }] },
    { match: [{ sourceLabels: {}, sourceNamespace: '', destinationSubnets: [] }] },
  ],
  [
    'that leaves only gateways',
    { match: [{ ...FULL, gateways: undefined }] },
    { match: [{ ...FULL, gateways: [] }] },
  ],
];

describe('the mark of a route', () => {
  test.each(MARKED)('%s', (_, route, marked) => {
    expect(withMarker(route)).toEqual(marked);
    expect(l4Key(withMarker(route))).not.toBe(l4Key(route));
    expect(canBeMarked(route)).toBe(true);
    const isOurs = mergedL4Filter('tcp', () => ({ merges: [merge('m', { tcp: [route] })] }));
    expect(isOurs(route)).toBe(false);
    expect(isOurs(marked)).toBe(true);
    // A further one is the user's.
    expect(isOurs(marked)).toBe(false);
  });

  test('cannot be set where all of its members are taken', () => {
    const route = { match: [FULL, { ...FULL, sourceLabels: {} }] };
    expect(withMarker(route)).toBe(route);
    expect(canBeMarked(route)).toBe(false);
  });
});

describe('a marked route', () => {
  const marked = withMarker({ match: [{ port: 1 }] });

  test.each<[string, Parameters<typeof mergedL4Filter>[1]]>([
    ['no plan', () => undefined],
    ['a plan without merges', () => ({})],
    [
      'a plan with the route in the other list',
      () => ({ merges: [merge('m', { tls: [{ match: [{ port: 1 }] }] })] }),
    ],
    [
      'a plan with another route',
      () => ({ merges: [merge('m', { tcp: [{ match: [{ port: 2 }] }] })] }),
    ],
  ])('is the user’s with %s', (_, plan) => {
    expect(mergedL4Filter('tcp', plan)(marked)).toBe(false);
  });

  test('is ours as long as it is to be removed', () => {
    expect(mergedL4Filter('tcp', () => ({ staleRoutes: [l4Key(marked)] }))(marked)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a match that is no list', { match: 'x' }],
    ['entries that are no maps', { match: [null, 5, []] }],
  ])('%s is no merged route', (_, route) => {
    const plan = () => ({ merges: [merge('m', { tcp: [route as L4Route] })] });
    expect(mergedL4Filter('tcp', plan)(route as L4Route)).toBe(false);
  });
});
