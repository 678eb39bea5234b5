import { describe, expect, it } from '@jest/globals';
import { gatewayNameProblem } from '../../../src/istio/field-rules.ts';
import {
  boundTo,
  matchGateways,
  proxyNamespace,
  resolveGateway,
} from '../../../src/istio/gateway-name.ts';

describe('resolveGateway', () => {
  it.each([
    ['mesh', 'mesh'],
    ['gw', 'shop/gw'],
    ['./gw', 'shop/gw'],
    ['infra/gw', 'infra/gw'],
    ['infra/gw.a', 'infra/gw.a'],
    ['gw.infra', 'infra/gw'],
    ['gw.infra.svc.cluster.local', 'infra/gw'],
  ])('%j is %j', (gateway, expected) => {
    expect(resolveGateway(gateway, 'shop')).toBe(expected);
  });
});

describe('matchGateways', () => {
  it.each([
    ['mesh', []],
    ['gw', ['gw']],
    ['./gw', ['shop/gw']],
    ['./mesh', ['shop/mesh']],
    ['infra/gw', ['infra/gw']],
    ['gw.infra', ['gw.infra']],
  ])('%j is %j, which istiod accepts and reads as the same gateway', (gateway, expected) => {
    const found = matchGateways([gateway], 'shop');
    expect(found).toEqual(expected);
    for (const name of found) {
      expect(resolveGateway(name, 'shop')).toBe(resolveGateway(gateway, 'shop'));
      expect(gatewayNameProblem(name)).toBeUndefined();
    }
  });

  it('are each gateway once', () => {
    const names = ['gw', 'mesh', './gw', 'shop/gw', 'gw.shop', 'infra/gw', 'mesh', 'gw.infra'];
    expect(matchGateways(names, 'shop')).toEqual(['gw', 'infra/gw']);
  });
});

describe('boundTo', () => {
  it.each<[string[] | undefined, string, boolean]>([
    [undefined, 'mesh', true],
    [[], 'mesh', true],
    [undefined, 'shop/gw', false],
    [['gw'], 'shop/gw', true],
    [['gw'], 'mesh', false],
    [['infra/gw', 'mesh'], 'mesh', true],
    [['infra/gw', 'mesh'], 'infra/gw', true],
    [['infra/gw'], 'shop/gw', false],
  ])('%j is bound to %j: %j', (gateways, gateway, expected) => {
    expect(boundTo(gateways, 'shop', gateway)).toBe(expected);
  });
});

describe('proxyNamespace', () => {
  it.each([
    [{ gateway: 'mesh' }, 'default'],
    [{ gateway: 'infra/gw' }, 'infra'],
    [{ gateway: 'infra/gw', sourceNamespace: 'edge' }, 'edge'],
    [{ gateway: 'mesh', sourceNamespace: 'shop' }, 'shop'],
    [{ gateway: 'mesh', sourceNamespace: '' }, ''],
  ])('of %j is %j', (proxy, expected) => {
    expect(proxyNamespace(proxy)).toBe(expected);
  });
});
