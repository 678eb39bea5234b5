import { describe, expect, it } from '@jest/globals';
import {
  destinationHostProblem,
  gatewayNameProblem,
  isDnsLabel,
  labelKeyProblem,
  labelValueProblem,
  portProblem,
} from '../../../src/istio/field-rules.ts';

const a63 = 'a'.repeat(63);
const long = (length: number) =>
  Array.from({ length: 100 }, () => 'abc')
    .join('.')
    .slice(0, length);

describe('isDnsLabel', () => {
  it.each(['a', 'A', '1', 'a-b', 'a--b', 'shop-1', a63])('accepts %j', (value) => {
    expect(isDnsLabel(value)).toBe(true);
  });

  it.each(['', '-a', 'a-', 'a.b', 'a_b', 'a b', 'a\n', '*', `${a63}a`])('refuses %j', (value) => {
    expect(isDnsLabel(value)).toBe(false);
  });
});

describe('labelKeyProblem', () => {
  it.each([
    'app',
    'app.kubernetes.io/name',
    'A_b-c.d',
    'a',
    '1',
    a63,
    `${long(253)}/a`,
    `b/${a63}`,
  ])('accepts %j', (key) => {
    expect(labelKeyProblem(key)).toBeUndefined();
  });

  it.each([
    ['', '"" is not a valid label key'],
    ['a/', '"a/" is not a valid label key'],
    ['/a', '"/a" is not a valid label key'],
    ['a/b/c', '"a/b/c" is not a valid label key'],
    ['-a', '"-a" is not a valid label key'],
    ['a-', '"a-" is not a valid label key'],
    ['a_b/c', '"a_b/c" is not a valid label key'],
    ['a..b/c', '"a..b/c" is not a valid label key'],
    ['a b', '"a b" is not a valid label key'],
    [`${a63}a`, `the name in label key "${a63}a" is too long`],
    [`b/${a63}a`, `the name in label key "b/${a63}a" is too long`],
    [`${long(254)}/a`, `the prefix of label key "${long(254)}/a" is too long`],
  ])('refuses %j', (key, message) => {
    expect(labelKeyProblem(key)).toBe(message);
  });
});

describe('labelValueProblem', () => {
  it.each(['', 'a', 'A_b-c.d', '1', 'a'.repeat(64)])('accepts %j', (value) => {
    expect(labelValueProblem(value)).toBeUndefined();
  });

  it.each(['-a', 'a-', 'a b', 'a/b', '_', 'a\n', '"'])('refuses %j', (value) => {
    expect(labelValueProblem(value)).toBe(`"${value}" is not a valid label value`);
  });
});

describe('portProblem', () => {
  it.each([1, 80, 65535])('accepts %j', (port) => {
    expect(portProblem(port)).toBeUndefined();
  });

  it.each([0, -1, 65536, 1.5, Number.NaN])('refuses %j', (port) => {
    expect(portProblem(port)).toBe(`port ${port} is not within 1..65535`);
  });
});

describe('destinationHostProblem', () => {
  it.each([
    'backend',
    'Backend',
    '123',
    'backend.shop.svc.cluster.local',
    'istio.io.',
    'backend.',
    '*.shop.svc',
    '*-a.shop',
    '*a.shop',
    `${a63}.com`,
    long(255),
    '10a.b',
    'shop.2nd',
    'shop.v2',
  ])('accepts %j', (host) => {
    expect(destinationHostProblem(host)).toBeUndefined();
  });

  it.each([
    ['', 'a name must not be empty'],
    [`${long(255)}c`, `"${long(255)}c" is longer than 255 characters`],
    ['*', '"*" is not a valid host'],
    ['a_b.c', '"a_b.c" is not a valid host'],
    ['.a', '".a" is not a valid host'],
    ['**.a', '"**.a" is not a valid host'],
    ['a*.b', '"a*.b" is not a valid host'],
    [`${a63}a.com`, `"${a63}a.com" is not a valid host`],
    ['a..b', '"a..b" is not a valid name'],
    ['a..', '"a.." is not a valid name'],
    ['a.*.b', '"a.*.b" is not a valid name'],
    ['10.0.0.1', '"10.0.0.1" is not a valid name'],
    [`a.${a63}a.com`, `"a.${a63}a.com" is not a valid name`],
  ])('refuses %j', (host, message) => {
    expect(destinationHostProblem(host)).toBe(message);
  });
});

describe('gatewayNameProblem', () => {
  it.each(['mesh', 'gw', 'gw.istio-system.svc.cluster.local', 'istio-system/gw', 'gw.'])(
    'accepts %j',
    (gateway) => {
      expect(gatewayNameProblem(gateway)).toBeUndefined();
    },
  );

  it.each([
    ['', 'a name must not be empty'],
    ['a_b', '"a_b" is not a valid name'],
    ['*', '"*" is not a valid name'],
    ['12', '"12" is not a valid name'],
    ['/gw', '"/gw" is not a valid gateway name'],
    ['ns/', '"ns/" is not a valid gateway name'],
    ['./gw', '"./gw" is not a valid gateway name'],
    ['ns/a/b', '"ns/a/b" is not a valid gateway name'],
    ['a_b/gw', '"a_b/gw" is not a valid gateway name'],
    [`${long(255)}c`, `"${long(255)}c" is longer than 255 characters`],
  ])('refuses %j', (gateway, message) => {
    expect(gatewayNameProblem(gateway)).toBe(message);
  });
});
