import { expect, it } from '@jest/globals';
import { firstMismatch, type HttpRequest } from '../../../src/istio/match-request.ts';
import { mismatchText } from '../../../src/istio/mismatch-text.ts';
import type { HTTPMatchRequest } from '../../../src/istio/types.ts';

const request: HttpRequest = {
  method: 'GET',
  scheme: 'http',
  authority: 'backend',
  path: '/cart?q=1',
  headers: { user: 'alice' },
  sourceLabels: { app: 'web' },
  sourceNamespace: 'shop',
  gateway: 'mesh',
};

it.each<[HTTPMatchRequest, string]>([
  [{ uri: { exact: '/' } }, 'path: wanted exact "/", got "/cart"'],
  [
    { uri: { prefix: '/X' }, ignoreUriCase: true },
    'path: wanted prefix "/X" in any case, got "/cart"',
  ],
  [{ method: { exact: 'PUT' } }, 'method: wanted exact "PUT", got "GET"'],
  [{ scheme: { exact: 'https' } }, 'scheme: wanted exact "https", got "http"'],
  [{ authority: { regex: 'a.*' } }, 'authority: wanted regex "a.*", got "backend"'],
  [{ headers: { user: { exact: 'bob' } } }, 'header user: wanted exact "bob", got "alice"'],
  [{ headers: { other: { exact: 'bob' } } }, 'header other: wanted exact "bob", got none'],
  [{ headers: { 'x.y': {} } }, 'header x.y: wanted present, got none'],
  [{ withoutHeaders: { user: {} } }, 'header user: wanted not present, got "alice"'],
  [{ queryParams: { q: { exact: '2' } } }, 'query parameter q: wanted exact "2", got "1"'],
  [{ port: 81 }, 'port: wanted 81, got 80'],
  [{ gateways: ['gw'] }, 'gateway: wanted shop/gw, got mesh'],
  [{ sourceLabels: { app: 'x' } }, 'caller\'s label app: wanted exact "x", got "web"'],
  [{ sourceLabels: { 'a.b/c': 'x' } }, 'caller\'s label a.b/c: wanted exact "x", got none'],
  [{ sourceNamespace: 'prod' }, "caller's namespace: wanted prod, got shop"],
])('%j', (match, text) => {
  const mismatch = firstMismatch(match, request, 'shop');
  expect(mismatch && mismatchText(mismatch)).toBe(text);
});
