import { Agent, request } from 'node:http';
import { WAY_HEADER } from '../../lib/bootstrap.ts';
import { firstCookie } from './first-cookie.ts';
import type { Door, Intent } from './request.ts';
import type { Send } from './send.ts';

/** Sends requests by HTTP/1.1 on keep-alive connections. A request with `isFresh` gets a new connection. */
export function http1({ address, port }: Door, host: string): { send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true });
  const send: Send = ({ path, headers, isFresh }: Intent, signal) =>
    new Promise((resolve, reject) => {
      const sent = request({
        ...{ host: address, port, path, signal },
        agent: isFresh ? false : agent,
        headers: { host, ...headers },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            way: String(response.headers[WAY_HEADER] ?? ''),
            ...firstCookie(response.headers),
          }),
        );
      });
      sent.end();
    });
  return { send, close: () => agent.destroy() };
}
