import { MAX_ANSWER, readAnswer } from './answer.ts';
import type { FeedAnswer } from './lease.ts';

export interface PollRequest {
  feed: URL;
  workload: string;
  /** A revision that is known: the feed holds the answer until there is another one, for at most so many seconds. */
  hold?: { after: string; seconds: number };
  /** Ends the request, also while the answer is read. */
  signal: AbortSignal;
}

/** So much of an error's body is repeated in the log. */
const MAX_SAID = 200;

/** The feed's answer, or why there is none. */
export type PollResult = { answer: FeedAnswer } | { problem: string };

/** One question to the feed. Never rejects. */
export async function poll(request: PollRequest): Promise<PollResult> {
  try {
    return await ask(request);
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

async function ask({ feed, workload, hold, signal }: PollRequest) {
  const url = new URL('/v1/live', feed);
  url.searchParams.set('workload', workload);
  if (hold !== undefined) {
    url.searchParams.set('after', hold.after);
    url.searchParams.set('wait', `${hold.seconds}s`);
  }
  const response = await fetch(url, {
    // A redirect leads to something that is not the feed.
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal,
  });
  const body = await boundedText(response);
  if (response.status !== 200) {
    return { problem: `HTTP ${response.status} ${body?.slice(0, MAX_SAID) ?? ''}` };
  }
  if (body === undefined) return { problem: `the answer is longer than ${MAX_ANSWER} bytes` };
  const answer = readAnswer(body);
  return answer === undefined ? { problem: 'the answer is not one of a feed' } : { answer };
}

/** Undefined: the body is too long. The rest of it is not read. */
async function boundedText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
