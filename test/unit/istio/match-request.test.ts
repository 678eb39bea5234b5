import { describe, expect, it } from '@jest/globals';
import {
  firstMismatch,
  type HttpRequest,
  type Mismatch,
  proxyMismatch,
  requestMismatch,
} from '../../../src/istio/match-request.ts';
import type { HTTPMatchRequest } from '../../../src/istio/types.ts';

const request: HttpRequest = {
  method: 'GET',
  scheme: 'http',
  authority: 'backend:8080',
  path: '/Cart/items?q=a%20b&q=second&flag&=x&empty=',
  port: 8080,
  headers: { user: 'alice', 'x-empty': '' },
  sourceLabels: { app: 'web', version: '1' },
  sourceNamespace: 'shop',
  gateway: 'mesh',
};
const atGateway: HttpRequest = { ...request, gateway: 'shop/gw' };

describe('an entry matches', () => {
  it.each<[HTTPMatchRequest | undefined]>([
    [undefined],
    [{}],
    [{ uri: { exact: '/Cart/items' } }],
    [{ uri: { prefix: '/Cart' } }],
    [{ uri: { prefix: '' } }],
    [{ uri: { regex: '/C.*s' } }],
    [{ uri: {} }],
    [{ uri: { exact: '/cart/ITEMS' }, ignoreUriCase: true }],
    [{ uri: { prefix: '/CART' }, ignoreUriCase: true }],
    [{ method: { exact: 'GET' } }],
    [{ method: {} }],
    [{ scheme: { prefix: 'h' } }],
    [{ authority: { regex: 'backend(:\\d+)?' } }],
    [{ headers: { user: { exact: 'alice' } } }],
    [{ headers: { User: { prefix: 'al' } } }],
    [{ headers: { user: {}, 'x-empty': {} } }],
    [{ headers: { 'x-empty': { exact: '' } } }],
    [{ headers: { ':path': { regex: '.*second.*' }, ':method': { exact: 'GET' } } }],
    [{ headers: { ':scheme': { exact: 'http' }, ':authority': { prefix: 'backend' } } }],
    [{ headers: { Host: { exact: 'backend:8080' } } }],
    [{ withoutHeaders: { other: {}, user: { exact: 'bob' } } }],
    [{ withoutHeaders: { other: { regex: '*' }, constructor: {} } }],
    [{ withoutHeaders: { '@request.auth.claims.a': { exact: '' } } }],
    [{ queryParams: { q: { exact: 'a%20b' }, flag: { exact: '' }, empty: { exact: '' } } }],
    [{ queryParams: { q: { prefix: 'a' }, flag: {}, '': { exact: 'x' } } }],
    [{ port: 8080 }],
    [{ port: 0 }],
    [{ sourceLabels: { app: 'web' } }],
    [{ sourceLabels: {}, sourceNamespace: '' }],
    [{ sourceNamespace: 'shop' }],
    [{ gateways: ['mesh'] }],
    [{ gateways: ['gw', 'mesh'] }],
    [{ gateways: [] }],
    // The API reference does not say this: if the entry has gateways, the caller's labels and namespace do not count.
    [{ gateways: ['mesh'], sourceLabels: { app: 'other' }, sourceNamespace: 'other' }],
  ])('%j', (match) => {
    expect(firstMismatch(match, request, 'shop')).toBeUndefined();
  });

  it.each<[HTTPMatchRequest]>([[{ gateways: ['gw'] }], [{ gateways: ['shop/gw'] }]])(
    'at the gateway: %j',
    (match) => {
      expect(firstMismatch(match, atGateway, 'shop')).toBeUndefined();
    },
  );
});

describe('an entry does not match', () => {
  it.each<[HTTPMatchRequest, Mismatch]>([
    [
      { uri: { exact: '/cart/items' } },
      { field: 'uri', wanted: 'exact "/cart/items"', got: '/Cart/items' },
    ],
    [{ uri: { prefix: '/cart' } }, { field: 'uri', wanted: 'prefix "/cart"', got: '/Cart/items' }],
    [{ uri: { regex: '/Cart' } }, { field: 'uri', wanted: 'regex "/Cart"', got: '/Cart/items' }],
    [
      { uri: { prefix: '/Other' }, ignoreUriCase: true },
      { field: 'uri', wanted: 'prefix "/Other" in any case', got: '/Cart/items' },
    ],
    [
      { uri: { regex: '/cart/items' }, ignoreUriCase: true },
      { field: 'uri', wanted: 'regex "/cart/items"', got: '/Cart/items' },
    ],
    [{ method: { exact: 'get' } }, { field: 'method', wanted: 'exact "get"', got: 'GET' }],
    [{ scheme: { exact: 'https' } }, { field: 'scheme', wanted: 'exact "https"', got: 'http' }],
    [
      { authority: { exact: 'backend' } },
      { field: 'authority', wanted: 'exact "backend"', got: 'backend:8080' },
    ],
    [
      { headers: { user: { exact: 'alice' }, User: { exact: 'bob' } } },
      { field: 'headers.User', wanted: 'exact "bob"', got: 'alice' },
    ],
    [{ headers: { other: {} } }, { field: 'headers.other', wanted: 'present' }],
    [{ headers: { other: { exact: '' } } }, { field: 'headers.other', wanted: 'exact ""' }],
    [{ headers: { constructor: {} } }, { field: 'headers.constructor', wanted: 'present' }],
    [
      { headers: { '@request.auth.claims.user': { exact: 'a' } } },
      { field: 'headers.@request.auth.claims.user', wanted: 'exact "a"' },
    ],
    [
      { withoutHeaders: { User: {} } },
      { field: 'withoutHeaders.User', wanted: 'not present', got: 'alice' },
    ],
    [
      { withoutHeaders: { user: { prefix: 'a' } } },
      { field: 'withoutHeaders.user', wanted: 'not prefix "a"', got: 'alice' },
    ],
    // An absent header counts as empty.
    [
      { withoutHeaders: { other: { regex: '.*' } } },
      { field: 'withoutHeaders.other', wanted: 'not regex ".*"' },
    ],
    [
      { withoutHeaders: { other: { exact: '' } } },
      { field: 'withoutHeaders.other', wanted: 'not exact ""' },
    ],
    [
      { queryParams: { q: { exact: 'second' } } },
      { field: 'queryParams.q', wanted: 'exact "second"', got: 'a%20b' },
    ],
    [{ queryParams: { Q: {} } }, { field: 'queryParams.Q', wanted: 'present' }],
    [{ queryParams: { fla: {} } }, { field: 'queryParams.fla', wanted: 'present' }],
    [{ port: 80 }, { field: 'port', wanted: '80', got: '8080' }],
    [
      { sourceLabels: { app: 'web', version: '2' } },
      { field: 'sourceLabels.version', wanted: 'exact "2"', got: '1' },
    ],
    [{ sourceLabels: { tier: 'x' } }, { field: 'sourceLabels.tier', wanted: 'exact "x"' }],
    [{ sourceNamespace: 'other' }, { field: 'sourceNamespace', wanted: 'other', got: 'shop' }],
    [
      { gateways: ['gw', 'infra/gw'] },
      { field: 'gateways', wanted: 'shop/gw or infra/gw', got: 'mesh' },
    ],
  ])('%j', (match, mismatch) => {
    expect(firstMismatch(match, request, 'shop')).toEqual(mismatch);
  });

  it('a JWT claim, even if there is a header of the same name', () => {
    const name = '@request.auth.claims.user';
    const sent = { ...request, headers: { [name]: 'a' } };
    expect(firstMismatch({ headers: { [name]: { exact: 'a' } } }, sent, 'shop')).toEqual({
      field: `headers.${name}`,
      wanted: 'exact "a"',
    });
  });

  it('a gateway that the entry does not name', () => {
    expect(firstMismatch({ gateways: ['mesh', 'gw'] }, atGateway, 'infra')).toEqual({
      field: 'gateways',
      wanted: 'mesh or infra/gw',
      got: 'shop/gw',
    });
  });
});

describe('defaults of a request', () => {
  const bare: HttpRequest = {
    method: 'GET',
    scheme: 'http',
    authority: 'a',
    path: '/',
    headers: {},
    gateway: 'mesh',
  };

  it('port 80, namespace default, no labels, no query parameters', () => {
    expect(firstMismatch({ port: 80, sourceNamespace: 'default' }, bare, 'x')).toBeUndefined();
    expect(firstMismatch({ sourceLabels: { app: 'x' } }, bare, 'x')).toEqual({
      field: 'sourceLabels.app',
      wanted: 'exact "x"',
    });
    expect(firstMismatch({ queryParams: { '/': {} } }, bare, 'x')).toEqual({
      field: 'queryParams./',
      wanted: 'present',
    });
  });

  it("the namespace is the gateway's", () => {
    const edge = { ...bare, gateway: 'infra/gw' };
    expect(firstMismatch({ sourceNamespace: 'infra' }, edge, 'x')).toBeUndefined();
  });

  it('the path ends at a fragment', () => {
    const odd = { ...bare, path: '/a#b' };
    expect(requestMismatch({ uri: { exact: '/a' } }, odd)).toBeUndefined();
  });
});

describe('which component decides', () => {
  const match: HTTPMatchRequest = { port: 1, sourceLabels: { a: 'b' }, headers: { other: {} } };

  it('istiod decides port and source, Envoy decides the rest; istiod comes first', () => {
    expect(proxyMismatch(match, request, 'shop')?.field).toBe('port');
    expect(proxyMismatch({ headers: { other: {} } }, request, 'shop')).toBeUndefined();
    expect(requestMismatch(match, request)?.field).toBe('headers.other');
    expect(requestMismatch({ port: 1, gateways: ['x'] }, request)).toBeUndefined();
    expect(requestMismatch(undefined, request)).toBeUndefined();
    expect(firstMismatch(match, request, 'shop')?.field).toBe('port');
  });
});
