import { findErrorBy, NetworkError } from '@platformatic/kafka';

/** Answers of a broker that end a group's membership: the library joins again. */
const LOST_MEMBERSHIP = [
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'FENCED_MEMBER_EPOCH',
  'STALE_MEMBER_EPOCH',
  'FENCED_INSTANCE_ID',
];
/** Answers of a broker that a retry may change. */
const PASSING = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REQUEST_TIMED_OUT',
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'FETCH_SESSION_TOPIC_ID_ERROR',
];

/** Assigned partitions are not those that are known, or the membership was lost: fetching begins anew. */
export class Changed extends Error {
  constructor() {
    super('partitions or membership have changed');
  }
}

const hasAnswer = (error: unknown, ids: readonly string[]) =>
  error instanceof Error && ids.some((id) => findErrorBy(error, 'apiId', id) !== null);

/** A commit without membership was refused because the group has members. */
export const isNotEmpty = (error: unknown) =>
  hasAnswer(error, [...LOST_MEMBERSHIP, 'NON_EMPTY_GROUP']);

/** The group does not know this member any more. */
export const isUnknownMember = (error: unknown) => hasAnswer(error, ['UNKNOWN_MEMBER_ID']);

/** Lost connections, elections and rebalances: another try may succeed. */
export const isPassing = (error: unknown) =>
  error instanceof Changed ||
  hasAnswer(error, [...LOST_MEMBERSHIP, ...PASSING]) ||
  (error instanceof Error && NetworkError.isRetryable(error));

/** What is known when a request fails. */
export interface Asked {
  /** What the request was for: `committed offsets of group "orders"`. */
  what: string;
  group?: string;
  topics: readonly string[];
}

/** An error in words: what failed, and the right or topic that is missing. `cause` is the library's own error. */
export function inWords(error: unknown, asked: Asked): Error {
  const message = `Kafka: ${asked.what}: ${reasonOf(error, asked)}`;
  return new Error(message, { cause: error });
}

function reasonOf(error: unknown, { group, topics }: Asked): string {
  const named = topics.map((topic) => `"${topic}"`).join(', ');
  if (hasAnswer(error, ['GROUP_AUTHORIZATION_FAILED'])) {
    return `the broker refuses group "${group}". Base and env need READ on groups whose names begin with that of the base, and an env needs DESCRIBE on the base's group`;
  }
  if (hasAnswer(error, ['TOPIC_AUTHORIZATION_FAILED'])) {
    return `the broker refuses a topic of ${named}: the right READ is needed`;
  }
  if (hasAnswer(error, ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])) {
    return `a topic of ${named} does not exist, or this user may not see it`;
  }
  return textOf(error);
}

/** The innermost messages: the library wraps each error once for a retry and once for a call. */
function textOf(error: unknown): string {
  if (!(error instanceof AggregateError) || error.errors.length === 0) {
    return error instanceof Error ? error.message : String(error);
  }
  return [...new Set(error.errors.map(textOf))].join('; ');
}
