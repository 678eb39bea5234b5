import { describe, expect, it } from '@jest/globals';
import { fullNameOfPartial, partialNamesOf } from '../../../src/istio/partial-host-name.ts';

describe('partial host names', () => {
  it.each<[string, string | undefined]>([
    ['backend.shop', 'backend.shop.svc.cluster.local'],
    ['backend.shop.svc', 'backend.shop.svc.cluster.local'],
    ['backend', undefined],
    ['backend.shop.svc.cluster.local', undefined],
    ['shop.example.com', undefined],
    ['*.shop', undefined],
    ['backend.', undefined],
    ['.shop', undefined],
    ['', undefined],
    ['10.1.2.3', undefined],
  ])('%j is meant to be %j', (host, meant) => {
    expect(fullNameOfPartial(host, 'cluster.local')).toBe(meant);
  });

  it.each<[string, string[]]>([
    ['backend.shop.svc.cluster.local', ['backend.shop', 'backend.shop.svc']],
    ['shop.example.com', []],
    ['backend.shop.svc.other.domain', []],
    ['a.b.c.svc.cluster.local', []],
  ])('the partial names of %j are %j', (host, halves) => {
    expect(partialNamesOf(host, 'cluster.local')).toEqual(halves);
  });
});
