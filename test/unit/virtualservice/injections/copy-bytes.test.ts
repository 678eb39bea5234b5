import { expect, test } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { jsonBytes } from '../../../../src/k8s/canonical.ts';
import { routeBytes } from '../../../../src/virtualservice/injections/copy-bytes.ts';

const headers = { request: { set: { user: 'Zoë "x"' } } };
const ROUTES: HTTPRoute[] = [
  {},
  { name: 'größe' },
  { name: 'a', headers, timeout: '1s', route: [{ destination: { host: 'a' } }] },
  { name: 'b', headers, match: [{ uri: { prefix: '/ü' } }, {}] },
  { name: 'timeout', headers, timeout: '1s' },
];

test('the bytes are those of the JSON text, also of parts that were counted before', () => {
  const bytesOf = routeBytes();
  for (const route of [...ROUTES, ...ROUTES]) expect(bytesOf(route)).toBe(jsonBytes(route));
});

test('a member without a value does not count', () => {
  const route = { name: 'a', timeout: undefined } as HTTPRoute;
  expect(routeBytes()(route)).toBe(jsonBytes(route));
});
