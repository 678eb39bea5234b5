import { describe, expect, it } from '@jest/globals';
import { call, envInjection, hop, shop } from './builders.ts';

const branch = (ref: string, env = 'alice') => envInjection(env, { matches: [], ref });
const sent = (headers: Record<string, string>) => call('backend', { headers });

describe('an env that is selected by a ref', () => {
  const objects = shop({ injections: [branch('mp-101')], envs: ['alice'] });

  it('took the request by this ref', () => {
    const { env } = hop(objects, sent({ 'x-source-route': 'mp-101' }));
    expect(env).toMatchObject({ name: 'alice', ref: 'mp-101', clone: 'shop/backend-alice' });
    expect(env).not.toHaveProperty('matchIndex');
  });

  it.each<[string, Record<string, string>, string, object]>([
    [
      'another ref',
      { 'x-service-route': 'backend:mp-102' },
      'the request selects mp-102 for backend',
      { got: 'mp-102' },
    ],
    ['no ref', {}, 'the request selects no ref for backend', {}],
    [
      'a ref of another service',
      { 'x-service-route': 'web:mp-101' },
      'the request selects no ref for backend',
      {},
    ],
    [
      'what is not read here',
      { baggage: 'x-source-route=mp-101', cookie: 'x-source-route=mp-101' },
      'the request selects no ref for backend',
      {},
    ],
  ])('did not, and the reason is in words: %s', (_what, headers, why, got) => {
    const [other] = hop(objects, sent(headers)).otherEnvs;
    expect(other).toMatchObject({ env: 'alice', reason: 'no-match', why });
    expect(other?.failed).toEqual([{ field: 'ref.backend', wanted: 'mp-101', ...got }]);
  });

  it('of two with one ref the younger is shadowed', () => {
    const young = envInjection('bob', {
      matches: [],
      ref: 'mp-101',
      envCreationTimestamp: '2027-01-01T00:00:00Z',
    });
    const both = shop({ injections: [branch('mp-101'), young], envs: ['alice', 'bob'] });
    const [other] = hop(both, sent({ 'x-source-route': 'mp-101' })).otherEnvs;
    expect(other).toMatchObject({ env: 'bob', reason: 'shadowed', by: 'alice' });
  });
});

it('a cookie and a member of baggage are named, and their regexes are not shown', () => {
  const matches = [
    { cookie: { name: 'user', exact: 'alice' } },
    { baggage: { key: 'user', exact: 'alice' } },
  ];
  const objects = shop({ injections: [envInjection('alice', { matches })], envs: ['alice'] });
  const [other] = hop(objects, sent({ cookie: 'user=bob' })).otherEnvs;
  expect(other?.why).toBe(
    'cookie user: wanted exact "alice", got "user=bob"; baggage user: wanted exact "alice", got none',
  );
  expect(hop(objects, sent({ cookie: 'user=alice' })).env?.matchIndex).toBe(0);
});
