import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { applyJsonPatch } from '../../../../src/simulator/api-server/json-patch.ts';
import { isMarkLabel } from '../../../../src/virtualservice/routes/marks.ts';
import { patchMap, patchOwners, patchRoutes } from '../../../../src/virtualservice/routes/patch.ts';
import { BASE, copy, routing } from '../builders.ts';

const a = { ...BASE, name: 'a' };
const b = { ...BASE, name: 'b' };

/** Of the http routes alone. */
const patchHttp = (from: HTTPRoute[], to: HTTPRoute[]) =>
  patchRoutes(routing(from), { http: to, tcp: [], tls: [] });

describe('routes', () => {
  it('are added before the route that they copy', () => {
    const patch = patchHttp([a, b], [copy('x'), a, copy('x'), copy('y'), b]);
    expect(patch).toEqual([
      { op: 'add', path: '/spec/http/0', value: copy('x') },
      { op: 'add', path: '/spec/http/2', value: copy('x') },
      { op: 'add', path: '/spec/http/3', value: copy('y') },
    ]);
  });

  it('are removed from the last to the first, before others are added', () => {
    const from = [copy('x'), a, copy('x'), b, copy('z')];
    const to = [a, copy('y'), b];
    const patch = patchHttp(from, to);
    expect(patch).toEqual([
      { op: 'remove', path: '/spec/http/4' },
      { op: 'remove', path: '/spec/http/2' },
      { op: 'remove', path: '/spec/http/0' },
      { op: 'add', path: '/spec/http/1', value: copy('y') },
    ]);
    expect(applyJsonPatch(routing(from), patch)).toEqual(routing(to));
  });

  it('are not patched if they are up to date, whatever the order of their keys', () => {
    const { route, ...rest } = copy();
    expect(patchHttp([copy(), a], [{ route, ...rest } as typeof a, a])).toEqual([]);
    expect(patchHttp([], [])).toEqual([]);
  });
});

describe('marks', () => {
  const P = 'env.riskified.com';
  const patchLabels = (
    labels: Record<string, string> | null | undefined,
    wanted: Record<string, string>,
  ) => {
    const metadata = { name: 'x', ...(labels === undefined ? {} : { labels }) };
    const object = { apiVersion: 'v1', kind: 'X', metadata } as KubeObject;
    return patchMap(object, 'labels', isMarkLabel, wanted);
  };

  it.each([undefined, null])('create the map if there is none: %s', (labels) => {
    const wanted = { [`${P}/a`]: 'injected' };
    expect(patchLabels(labels, wanted)).toEqual([
      { op: 'add', path: '/metadata/labels', value: wanted },
    ]);
    expect(patchLabels(labels, {})).toEqual([]);
  });

  it('are removed, added and changed one by one; other keys stay', () => {
    const labels = { app: 'x', [`${P}/gone`]: 'pending', [`${P}/new`]: 'pending', [`${P}/s`]: 'x' };
    const wanted = { [`${P}/new`]: 'injected', [`${P}/~`]: 'y', [`${P}/s`]: 'x' };
    expect(patchLabels(labels, wanted)).toEqual([
      { op: 'remove', path: '/metadata/labels/env.riskified.com~1gone' },
      { op: 'add', path: '/metadata/labels/env.riskified.com~1new', value: 'injected' },
      { op: 'add', path: '/metadata/labels/env.riskified.com~1~0', value: 'y' },
    ]);
  });

  it('remove the map if nothing else is in it, so that the object is as before', () => {
    expect(patchLabels({ [`${P}/a`]: 'b', [`${P}/c`]: 'd' }, {})).toEqual([
      { op: 'remove', path: '/metadata/labels' },
    ]);
    expect(patchLabels({ [`${P}/a`]: 'b' }, { [`${P}/c`]: 'd' })).toHaveLength(2);
    expect(patchLabels({}, {})).toEqual([]);
  });

  it('need no patch if they are up to date', () => {
    expect(patchLabels({ app: 'x', [`${P}/a`]: 'b' }, { [`${P}/a`]: 'b' })).toEqual([]);
  });

  it('are written to labels or annotations, where they belong', () => {
    const object = routing([], { labels: {}, annotations: { a: 'b' } });
    expect(patchMap(object, 'annotations', () => true, { c: 'd' })).toEqual([
      { op: 'remove', path: '/metadata/annotations/a' },
      { op: 'add', path: '/metadata/annotations/c', value: 'd' },
    ]);
  });
});

describe('owners', () => {
  const mark = { 'f:env.riskified.com/a': {} };
  const patch = [
    { op: 'remove' as const, path: '/metadata/labels/env.riskified.com~1a' },
    { op: 'add' as const, path: '/metadata/labels/b', value: 'x' },
  ];

  it('of removed keys are removed, too, the last ones first, and no others', () => {
    const fields = { 'f:metadata': { 'f:labels': { ...mark, 'f:b': {} } } };
    const managedFields = [
      { manager: 'first', fieldsV1: { 'f:metadata': { 'f:labels': mark } } },
      { manager: 'second', fieldsV1: fields },
      { manager: 'third', fieldsV1: { 'f:metadata': { 'f:labels': mark } } },
    ];
    const labels = { 'env.riskified.com/a': 'leaving', b: '' };
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', labels, managedFields } };
    const owners = patchOwners(object, patch);
    expect(owners).toEqual([
      { op: 'remove', path: '/metadata/managedFields/2' },
      {
        op: 'remove',
        path: '/metadata/managedFields/1/fieldsV1/f:metadata/f:labels/f:env.riskified.com~1a',
      },
      { op: 'remove', path: '/metadata/managedFields/0' },
    ]);
    const after = applyJsonPatch(object, [...patch, ...owners]) as KubeObject;
    expect(after.metadata.managedFields).toEqual([
      { manager: 'second', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:b': {} } } } },
    ]);
  });

  it('are not searched if there are no managedFields', () => {
    expect(patchOwners({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }, patch)).toEqual(
      [],
    );
  });
});
