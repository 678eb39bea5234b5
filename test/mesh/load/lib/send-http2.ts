import { type ClientHttp2Session, connect } from 'node:http2';
import { WAY_HEADER } from '../../lib/bootstrap.ts';
import { firstCookie } from './first-cookie.ts';
import type { Door, Intent } from './request.ts';
import type { Response, Send } from './send.ts';

/**
 * Sends requests by HTTP/2 without TLS (prior knowledge) on one connection. A request with `isFresh` gets a new
 * connection.
 */
export function http2({ address, port }: Door, host: string): { send: Send; close(): void } {
  let kept: ClientHttp2Session | undefined;
  const open = () => {
    const session = connect(`http://${address}:${port}`);
    // Each request on the connection rejects with this error, so it is not handled here.
    session.on('error', () => undefined);
    return session;
  };
  const keep = (): ClientHttp2Session => {
    if (kept === undefined || kept.closed || kept.destroyed) kept = open();
    return kept;
  };
  const send: Send = async (intent, signal) => {
    if (!intent.isFresh) return sendOn(keep(), intent, host, signal);
    const session = open();
    return sendOn(session, intent, host, signal).finally(() => session.close());
  };
  return { send, close: () => kept?.destroy() };
}

function sendOn(
  session: ClientHttp2Session,
  { path, headers }: Intent,
  host: string,
  signal: AbortSignal,
): ReturnType<Send> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':authority': host, ...headers }, { signal });
    let status = 0;
    let way = '';
    let cookie: Pick<Response, 'cookie'> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (fields) => {
      status = fields[':status'] ?? 0;
      way = String(fields[WAY_HEADER] ?? '');
      cookie = firstCookie(fields);
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    // A stream that was refused or reset without an error has no status.
    stream.on('close', () =>
      resolve({ status, body: Buffer.concat(chunks).toString(), way, ...cookie }),
    );
    stream.end();
  });
}
