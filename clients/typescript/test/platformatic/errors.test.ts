import { describe, expect, test } from '@jest/globals';
import { MultipleErrors, NetworkError, ProtocolError, UserError } from '@platformatic/kafka';
import { Changed, inWords, isNotEmpty, isPassing } from '../../src/platformatic/errors.ts';

/** As the library wraps an answer of the broker: once for the request, once for its retries. */
const answered = (id: string) =>
  new MultipleErrors('commit failed 4 times.', [
    new MultipleErrors('Received response with error', [new ProtocolError(id)]),
  ]);
const ASKED = {
  what: 'fork of group "orders.mp-101"',
  group: 'orders',
  topics: ['payments', 'refunds'],
};

test.each([
  ['UNKNOWN_MEMBER_ID', true, true],
  ['REBALANCE_IN_PROGRESS', true, true],
  ['NON_EMPTY_GROUP', true, false],
  ['COORDINATOR_LOAD_IN_PROGRESS', false, true],
  ['NOT_LEADER_OR_FOLLOWER', false, true],
  ['GROUP_AUTHORIZATION_FAILED', false, false],
  ['UNKNOWN_TOPIC_OR_PARTITION', false, false],
])('%s: the group is not empty %p, another try may succeed %p', (id, isGroup, isRetried) => {
  expect([isNotEmpty(answered(id)), isPassing(answered(id))]).toEqual([isGroup, isRetried]);
});

test('lost connections and changed partitions pass, errors of the application do not', () => {
  expect(isPassing(new NetworkError('Connection closed'))).toBe(true);
  expect(isPassing(new Changed())).toBe(true);
  expect(isPassing(new UserError('Unknown topic payments.'))).toBe(false);
  expect(isPassing('text')).toBe(false);
});

describe('in words', () => {
  test.each([
    ['GROUP_AUTHORIZATION_FAILED', /refuses group "orders".*READ.*DESCRIBE/],
    ['TOPIC_AUTHORIZATION_FAILED', /refuses a topic of "payments", "refunds".*READ/],
    ['UNKNOWN_TOPIC_OR_PARTITION', /a topic of "payments", "refunds" does not exist/],
  ])('%s', (id, text) => {
    const error = inWords(answered(id), ASKED);
    expect(error.message).toMatch(text);
    expect(error.message).toContain(ASKED.what);
    expect(error.cause).toBeInstanceOf(MultipleErrors);
  });

  test('other errors: the innermost messages, each once', () => {
    const same = () => new NetworkError('Connection closed');
    const error = new MultipleErrors('fetch failed 2 times.', [same(), same()]);
    expect(inWords(error, ASKED).message).toBe(`Kafka: ${ASKED.what}: Connection closed`);
    expect(inWords('text', ASKED).message).toBe(`Kafka: ${ASKED.what}: text`);
  });
});
