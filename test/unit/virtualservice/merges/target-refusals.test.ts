import { describe, expect, test } from '@jest/globals';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { mergeRefusal } from '../../../../src/virtualservice/merges/refusals.ts';
import { merge } from '../../../support/merges.ts';
import { virtualService } from '../../../support/objects.ts';

const target = (path: string, annotations: Record<string, string> = {}, hosts = ['backend']) =>
  virtualService(path, { hosts, http: [] }, { annotations }) as VirtualService;
const IN_QA = merge('qa/m', { target: { name: 'backend', namespace: 'shop' } });
const FROM = 'riskified.com/merge-from';

describe('mergeRefusal', () => {
  test.each([
    ['of its own namespace', merge('shop/m'), target('shop/backend')],
    ['that does not exist', IN_QA, undefined],
    ['that allows this namespace', IN_QA, target('shop/backend', { [FROM]: 'dev, qa' })],
    ['that allows all', IN_QA, target('shop/backend', { [FROM]: '*' })],
    ['without routes in the merge', merge('shop/m', { patch: {} }), target('shop/backend')],
  ])('accepts a merge to a target %s', (_name, one, vs) => {
    expect(mergeRefusal(one, vs)).toBeUndefined();
  });

  test.each([
    [
      'no name',
      merge('shop/m', { target: {} }),
      undefined,
      'NoTarget',
      'spec.target.name is missing',
    ],
    [
      'an empty name',
      merge('shop/m', { target: { name: '' } }),
      undefined,
      'NoTarget',
      'spec.target.name',
    ],
    [
      'a name that is no text',
      merge('shop/m', { target: { name: 3 as never } }),
      undefined,
      'Invalid',
      'spec.target.name: expected a text: correct it',
    ],
    [
      'no spec',
      { ...merge('shop/m'), spec: null as never },
      undefined,
      'Invalid',
      'spec: expected a map',
    ],
    [
      'another namespace that allows none',
      IN_QA,
      target('shop/backend'),
      'NotAllowed',
      'add qa to its annotation riskified.com/merge-from',
    ],
    [
      'another namespace that allows others only',
      IN_QA,
      target('shop/backend', { [FROM]: 'qa2,q,' }),
      'NotAllowed',
      'there is no VirtualService shop/backend that allows merges from namespace qa',
    ],
    [
      'another namespace that allows none, whatever else it has',
      IN_QA,
      target('shop/backend', { 'riskified.com/ignore': 'true' }),
      'NotAllowed',
      'there is no VirtualService shop/backend that allows merges from namespace qa',
    ],
    [
      'a mark to ignore it, with consent',
      IN_QA,
      target('shop/backend', { 'riskified.com/ignore': 'true', [FROM]: 'qa' }),
      'TargetIgnored',
      'is marked riskified.com/ignore: "true"',
    ],
    [
      'consent of another shape',
      IN_QA,
      target('shop/backend', { [FROM]: 3 as never }),
      'NotAllowed',
      'there is no VirtualService',
    ],
    [
      'no hosts',
      merge('shop/m'),
      target('shop/backend', {}, []),
      'TargetIsDelegate',
      'it is a delegate',
    ],
  ])('refuses a merge with a target that has %s', (_name, one, vs, reason, words) => {
    const refusal = mergeRefusal(one, vs);
    expect(refusal?.reason).toBe(reason);
    expect(refusal?.message).toContain(words);
  });

  test('a name of a megabyte is not repeated in the message', () => {
    const named = merge('qa/m', { target: { name: 'x'.repeat(2 ** 20), namespace: 'shop' } });
    expect(mergeRefusal(named, target('shop/x'))?.message.length).toBeLessThan(1000);
  });
});
