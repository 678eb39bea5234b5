import { describe, expect, it } from '@jest/globals';
import {
  hostLabelValue,
  injectedRouteName,
  isInjectedRouteName,
} from '../../../src/api/route-name.ts';
import { hash10 } from '../../../src/k8s/hash.ts';

const backend = { namespace: 'shop', name: 'backend' };
const HOST = 'backend.shop.svc.cluster.local';

describe('injectedRouteName', () => {
  it('names env and Deployment, and has a hash of everything that distinguishes routes', () => {
    expect(injectedRouteName('alice', backend, HOST)).toBe(
      `dynamic-environment-alice-backend-${hash10('alice', 'shop', 'backend', HOST)}`,
    );
  });

  it('differs even if the joined parts are the same text', () => {
    const name = injectedRouteName('foo', { namespace: 'shop', name: 'bar-web' }, HOST);
    const other = injectedRouteName('foo-bar', { namespace: 'shop', name: 'web' }, HOST);
    expect(name.slice(0, -10)).toBe(other.slice(0, -10));
    expect(name).not.toBe(other);
  });

  it.each([
    ['namespace', injectedRouteName('alice', { ...backend, namespace: 'b' }, HOST)],
    ['host', injectedRouteName('alice', backend, 'other')],
  ])('depends on the %s', (_what, other) => {
    expect(other).not.toBe(injectedRouteName('alice', backend, HOST));
  });
});

describe('isInjectedRouteName', () => {
  it.each<[unknown, boolean]>([
    [injectedRouteName('alice', backend, HOST), true],
    ['dynamic-environment-x-0123456789', true],
    ['dynamic-environment--0123456789', false],
    ['dynamic-environment-x-012345678', false],
    ['dynamic-environment-x-01234567890', false],
    ['dynamic-environment-x-012345678g', false],
    ['dynamic-environment-x-012345678A', false],
    ['my-dynamic-environment-x-0123456789', false],
    ['dynamic-environment-x-0123456789 ', false],
    ['backend', false],
    ['', false],
    [undefined, false],
    [7, false],
    [['dynamic-environment-x-0123456789'], false],
  ])('%j: %s', (name, expected) => {
    expect(isInjectedRouteName(name)).toBe(expected);
  });
});

it('hashes hosts for the label', () => {
  expect(hostLabelValue(HOST)).toBe(hash10(HOST));
});
