import { at, kept } from './istiod-cases.ts';
import type { EntryRequest } from './istiod-scene.ts';
import { PAIR, SHOP, UNLISTED } from './istiod-world.ts';

/** Requests that no entry is concerned by: they are answered as before. */
export const UNTOUCHED: readonly EntryRequest[] = [
  ...['/', '/api', '/data', '/old', '/fixed', '/set', '/target'].map((path) => ({
    host: SHOP,
    path,
  })),
  { host: SHOP, path: '/data', headers: { accept: 'text/csv' } },
  ...[
    at('/api', 'mp-103'),
    at('/api', 'mp-1012'),
    at('/api', '%6dp-101'),
    at('/api', '%25PROTOCOL%25'),
    at('/api', 'mp-101%0d%0aset-cookie:%20a=b'),
    at('/api', 'x'.repeat(2048)),
    '/api?X-Source-Route=mp-101',
    '/api?y=x-source-route=mp-101',
  ].map((path) => ({ host: SHOP, path })),
  ...['mp-103', 'mp-1012'].map((old) => ({ host: SHOP, path: '/api', headers: kept(old) })),
  { host: SHOP, path: '/', headers: { cookie: 'x-source-route=mp-101; x-source-route=mp-102' } },
  ...['', 'mp-101', 'env.user'].flatMap((one) =>
    [UNLISTED, 'two.dev.example.com', 'other.example.com', `a.${SHOP}`].map((host) => ({
      host,
      path: at('/api', one),
      headers: kept('mp-101'),
    })),
  ),
  // The catch-alls of two VirtualServices get no copies.
  { host: PAIR, path: at('/', 'mp-101') },
  { host: PAIR, path: at('/other', ''), headers: kept('mp-101') },
];
