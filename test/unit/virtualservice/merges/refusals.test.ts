import { describe, expect, test } from '@jest/globals';
import type { VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { mergeRefusal, plannedRefusal } from '../../../../src/virtualservice/merges/refusals.ts';
import type { PlannedMerge } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { virtualService } from '../builders.ts';
import { merge, routeTo, streamTo } from './builders.ts';

const TARGET = virtualService({});

function asked(
  patch: unknown,
  spec: unknown = { target: { name: 'backend' } },
): VirtualServiceMerge {
  return {
    apiVersion: 'istiomerger.monime.sl/v1alpha1',
    kind: 'VirtualServiceMerge',
    metadata: { name: 'm', namespace: 'shop' },
    spec: { ...(spec as object), patch },
  } as VirtualServiceMerge;
}

const of = (namespace: string): VirtualServiceMerge => ({
  ...asked({ http: [routeTo('a')] }),
  metadata: { name: 'm', namespace },
  spec: { target: { name: 'backend', namespace: 'shop' }, patch: { http: [routeTo('a')] } },
});
const open = (from: string) =>
  virtualService({}, { annotations: { 'riskified.com/merge-from': from } });
const GOOD = asked({ http: [routeTo('a')], tcp: [streamTo('a')] });
const FULL = {
  sourceLabels: { a: 'b' },
  sourceNamespace: 'x',
  destinationSubnets: ['10.0.0.0/8'],
  gateways: ['mesh'],
};
const stream = (match: object) => ({ match: [match], route: [{ destination: { host: 'a' } }] });

test.each<[string, VirtualServiceMerge, VirtualService | undefined]>([
  ['a valid merge', GOOD, TARGET],
  ['a valid merge without its target', GOOD, undefined],
  ['one without any routes', asked({}), TARGET],
  ['one with ignored members', asked({ hosts: 'x', http: [] }), TARGET],
  ['lists that are null', asked({ http: null }), TARGET],
  ['another namespace that is allowed', of('other'), open('third, other')],
  ['any namespace', of('other'), open(' * ')],
  ['its own namespace, whoever else is allowed', of('shop'), open('third')],
  [
    'a tcp route equal to an own one',
    asked({ tcp: [streamTo('a')] }),
    virtualService({ tcp: [streamTo('a')] }),
  ],
])('accepts %s', (_, one, target) => {
  expect(mergeRefusal(one, target)).toBeUndefined();
});

test.each<[string, VirtualServiceMerge, VirtualService | undefined, string, RegExp]>([
  ['no target', asked({}, {}), TARGET, 'NoTarget', /spec.target.name is missing/],
  [
    'an empty target name',
    asked({}, { target: { name: '' } }),
    TARGET,
    'NoTarget',
    /spec.target.name/,
  ],
  [
    'a patch that is no map',
    asked('x'),
    TARGET,
    'Invalid',
    /spec.patch: expected a map: correct it/,
  ],
  ['no spec', { ...GOOD, spec: null } as never, TARGET, 'Invalid', /spec: expected a map/],
  ['a list that is none', asked({ http: {} }), TARGET, 'Invalid', /spec.patch.http/],
  [
    'an unknown field',
    asked({ http: [{ ...routeTo('a'), what: 1 }] }),
    undefined,
    'Invalid',
    /spec.patch.http\[0\].*what/,
  ],
  [
    'a bad route, without its target',
    asked({ tcp: [{}] }),
    undefined,
    'Invalid',
    /spec.patch.tcp\[0\]/,
  ],
  [
    'another namespace',
    of('other'),
    TARGET,
    'NotAllowed',
    /add other to its annotation riskified.com\/merge-from/,
  ],
  ['a namespace that only begins like an allowed one', of('oth'), open('other'), 'NotAllowed', /./],
  [
    'a target with a mark',
    GOOD,
    virtualService({}, { labels: { 'riskified.com/ignore': 'true' } }),
    'TargetIgnored',
    /remove that label or annotation/,
  ],
  ['a delegate', GOOD, virtualService({ hosts: [] }), 'TargetIsDelegate', /Name the root/],
  [
    'a server name that the target has not',
    asked({ tls: [{ ...streamTo('a'), match: [{ sniHosts: ['x.test'] }] }] }),
    TARGET,
    'Invalid',
    /sniHosts/,
  ],
  [
    'a tcp route that cannot be marked',
    asked({ tcp: [stream(FULL)] }),
    undefined,
    'Invalid',
    /spec.patch.tcp\[0\].match: leave out one of sourceLabels/,
  ],
  [
    'a tcp route that is like an own one with the mark',
    asked({ tcp: [streamTo('x'), streamTo('a')] }),
    virtualService({ tcp: [stream({ port: 5432, sourceLabels: {} })] }),
    'Invalid',
    /spec.patch.tcp\[1\].match: .* ask its owners to remove the empty member/,
  ],
])('refuses %s', (_, one, target, reason, message) => {
  expect(mergeRefusal(one, target)).toEqual({ reason, message: expect.stringMatching(message) });
});

describe('of a merge in a plan', () => {
  const planned = merge('m', { http: [routeTo('a')], tcp: [stream({ port: 1 })] });

  test.each<[string, VirtualService, string | undefined]>([
    ['nothing changed', TARGET, undefined],
    ['the target became a delegate', virtualService({ hosts: [] }), 'TargetIsDelegate'],
    // In a write that has the rendered route already.
    [
      'the target has the marked route',
      virtualService({ tcp: [stream({ port: 1, sourceLabels: {} })] }),
      undefined,
    ],
  ])('%s', (_, target, reason) => {
    expect(plannedRefusal(planned, target)?.reason).toBe(reason);
  });

  test.each<[string, PlannedMerge]>([
    ['an SNI host in capitals', merge('m', { tls: [stream({ sniHosts: ['A.backend'] })] })],
    [
      'a subnet that istiod leaves out',
      merge('m', { tcp: [stream({ destinationSubnets: ['0.0.0.0/0'] })] }),
    ],
  ])('an earlier version let in %s', (_, one) => {
    const target = virtualService({ hosts: ['*.backend'] });
    expect(plannedRefusal(one, target)?.reason).toBe('Invalid');
  });

  test('the consent was taken away', () => {
    const foreign = merge('m', { namespace: 'other' });
    expect(plannedRefusal(foreign, open('other'))).toBeUndefined();
    expect(plannedRefusal(foreign, TARGET)?.reason).toBe('NotAllowed');
  });
});
