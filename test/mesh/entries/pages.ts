import type { IncomingMessage, ServerResponse } from 'node:http';
import { WENT_TO } from './envoy-routes.ts';

/** How wide the picture of each version of `web` is, in pixels: a page can measure it. */
export const WIDTHS: Record<string, number> = { main: 10, 'web-mp-101': 101, 'web-mp-102': 102 };
/** A path whose answers a browser may keep. */
export const KEPT = '/kept';

/**
 * Plays all versions of `web` and `backend`. Below `/api` and `/data` the answer is a text: `subset|host`, and the ref that the request
 * carries (`-`: none). Elsewhere it is a picture, or a page that says the same, with links and pictures.
 */
export function answerPage(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', headers } = request;
  const wentTo = String(headers[WENT_TO]);
  const text = `${wentTo} ${headers['x-source-route'] ?? '-'}`;
  const width = WIDTHS[wentTo.split('|')[0] ?? ''] ?? 1;
  response.setHeader('cache-control', url === KEPT ? 'max-age=600' : 'no-cache');
  // Pages of other hosts may read the answer, with the cookies that a browser sends along.
  response.setHeader('access-control-allow-origin', headers.origin ?? '*');
  response.setHeader('access-control-allow-credentials', 'true');
  const [type, body] = /^\/(api|data)/.test(url)
    ? ['text/plain', text]
    : url.startsWith('/picture')
      ? ['image/svg+xml', picture(width)]
      : ['text/html', page(text, `${headers['x-forwarded-proto']}://shop.example.com`)];
  response.setHeader('content-type', type);
  response.end(body);
}

const picture = (width: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="1"/>`;

/** `shop`: where the page's links to the shop lead. */
const page = (text: string, shop: string) => `<!doctype html>
<link rel="icon" href="data:,">
<h1>${text}</h1>
<a id="next" href="/next">next</a>
<a id="old" href="/old">an address that redirects</a>
<a id="kept" href="${KEPT}">a page that browsers may keep</a>
<a id="leave" href="?x-source-route=">leave</a>
<a id="shop" href="${shop}/next">the shop</a>
<img id="own" src="/picture">
<img id="shops" src="${shop}/picture">
`;
