import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer as clients/vectors/feed.yaml describes it. */
export interface FeedStep {
  status?: number;
  type?: string;
  location?: string;
  json?: unknown;
  text?: string;
  times?: number;
  base64?: string;
  closes?: boolean;
  closesAfter?: number;
  hangs?: boolean;
  hangsAfter?: number;
}

export interface FakeFeed {
  url: URL;
  close(): Promise<void>;
}

/** A feed on loopback. `next` is asked for each request; undefined: it does not answer. */
export async function fakeFeed(next: (url: URL) => FeedStep | undefined): Promise<FakeFeed> {
  const server = createServer((request, response) => {
    const step = next(new URL(request.url ?? '/', 'http://feed'));
    if (step !== undefined) answer(response, step);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer of a feed with these live refs. Without incarnations: that of an older one. */
export function liveAnswer(
  live: Record<string, readonly string[]>,
  { ageMs = 0, incarnations }: { ageMs?: number; incarnations?: Record<string, string> } = {},
): FeedStep {
  const refs = Object.keys(live).sort();
  return { json: { rev: 'a', refs, services: live, incarnations, ageMs, leaseMs: 30_000 } };
}

function answer(response: ServerResponse, step: FeedStep): void {
  if (step.closes) response.destroy();
  if (step.closes || step.hangs) return;
  const body = bodyOf(step);
  const { status = 200, type = 'application/json', location } = step;
  response.writeHead(status, {
    'content-type': type,
    ...(status === 204 ? {} : { 'content-length': body.length }),
    ...(location === undefined ? {} : { location }),
  });
  const cut = step.closesAfter ?? step.hangsAfter;
  if (cut === undefined) return void response.end(body);
  response.write(body.subarray(0, cut), () => {
    if (step.closesAfter !== undefined) response.destroy();
  });
}

function bodyOf({ json, text, times = 1, base64 }: FeedStep): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (text !== undefined) return Buffer.from(text.repeat(times));
  return Buffer.from(json === undefined ? '' : JSON.stringify(json));
}
