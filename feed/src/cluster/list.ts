import type { LeaseClock } from '../core/lease-clock.ts';
import type { SubscriberList } from '../core/snapshot.ts';
import { type ApiAnswer, type ApiServer, ListError } from './api-server.ts';
import { problemOf } from './problem.ts';

export const SUBSCRIBERS_PATH = '/apis/riskified.com/v1alpha1/subscribers';
const PAGE = 500;
/** With pages of 500 objects, more than any cluster has. */
const MOST_PAGES = 200;
/** In one attempt. After that the next attempt begins later. */
const MOST_RESTARTS = 3;

/**
 * Lists all Subscribers as they were at one moment, not before this call. The first request has no `resourceVersion`: the API server
 * then answers with the most recent state, by a quorum of etcd. Further pages are of the same state
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list, "Retrieving large results sets in chunks").
 *
 * When the API server cannot continue that state any more (410), or answers with another one, everything is listed anew, and the
 * age counts from there. The token in the 410 is not used: it continues with a later state, so the pages would not be of one moment.
 *
 * Throws a ListError in words, or the signal's reason.
 */
export async function listSubscribers(
  { api, clock }: { api: ApiServer; clock: Pick<LeaseClock, 'mark'> },
  signal: AbortSignal,
): Promise<SubscriberList> {
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts++) {
    const startedAt = clock.mark();
    const pages = await listPages(api, signal);
    if (pages !== 'expired') return { ...pages, startedAt };
  }
  throw new ListError('the API server ended every list with 410 before its last page');
}

async function listPages(
  api: ApiServer,
  signal: AbortSignal,
): Promise<Omit<SubscriberList, 'startedAt'> | 'expired'> {
  const items: unknown[] = [];
  let resourceVersion: string | undefined;
  let next = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ limit: `${PAGE}`, ...(next !== '' && { continue: next }) });
    const answer = await api.get(`${SUBSCRIBERS_PATH}?${query}`, signal);
    if (answer.status === 410 && page > 0) return 'expired';
    const read = readPage(answer);
    resourceVersion ??= read.resourceVersion;
    if (read.resourceVersion !== resourceVersion) return 'expired';
    for (const item of read.items) items.push(item);
    next = read.next;
    if (next === '') return { items, resourceVersion };
  }
  throw new ListError(`the API server's list has more than ${MOST_PAGES} pages`);
}

interface Page {
  items: unknown[];
  resourceVersion: string;
  next: string;
}

function readPage(answer: ApiAnswer): Page {
  if (answer.status !== 200) throw new ListError(problemOf(answer));
  const body = parsed(answer.text);
  const { items, metadata } = (body ?? {}) as { items?: unknown; metadata?: PageMetadata };
  const { resourceVersion, continue: next = '' } = metadata ?? {};
  if (!Array.isArray(items) || typeof resourceVersion !== 'string' || typeof next !== 'string') {
    throw new ListError(
      'the API server answered 200 with something else than a list of Subscribers: does another server answer at its address?',
    );
  }
  return { items, resourceVersion, next };
}

interface PageMetadata {
  resourceVersion?: unknown;
  continue?: unknown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
