import { describe, expect, it } from '@jest/globals';
import type { DynamicEnvSpec } from '../../../../src/api/dynamicenv.ts';
import { syncEnv } from '../../../../src/kinds/dynamicenv/sync.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  step,
  wait,
} from '../../../support/env-fixture.ts';
import {
  at,
  CONFIG,
  deployment,
  dynamicEnv,
  rule,
  service,
  stamp,
  virtualService,
} from '../../../support/objects.ts';
import { childrenMap, relatedMap } from '../../../support/sent.ts';

const MESH = [
  deployment('shop/backend'),
  service('shop/backend'),
  rule('shop/backend'),
  virtualService('shop/backend'),
];
const REFUSAL = { reason: 'Invalid', path: 'spec.subsets', message: 'must be a list' };
const ALL = ['Deployment', 'DestinationRule', 'RouteInjection'];

function ready(spec: Partial<DynamicEnvSpec> = {}, rest: Partial<EnvFixture> = {}): EnvFixture {
  const now = envFixture(dynamicEnv(spec), MESH, rest);
  now.env = { ...now.env, metadata: { ...now.env.metadata, creationTimestamp: stamp(0) } };
  settle(now);
  wait(now, 5);
  wait(now, 60);
  expect(now.env.status?.state).toBe('ready');
  return now;
}

function suspend(now: EnvFixture, isSuspended = true): void {
  now.env = { ...now.env, spec: { ...now.env.spec, suspend: isSuspended } };
}

const kinds = (now: EnvFixture) => now.children.map(({ kind }) => kind).sort();
const conditionOf = (now: EnvFixture, type: string) =>
  now.env.status?.conditions?.find((one) => one.type === type);

describe.each(['server-side-apply', 'dynamic-apply'] as const)('a suspended env (%s)', (mode) => {
  it('goes through the stages of a removal, and its status is written twice', () => {
    const now = ready({}, { mode });
    suspend(now);
    const first = step(now);
    expect(first).not.toHaveProperty('finalized');
    expect(kinds(now)).toEqual(ALL);
    expect(step(now).status).toEqual(first.status);
    now.time += 11;
    expect(step(now).status).toEqual(first.status);
    expect(kinds(now)).toEqual([]);
    const last = settle(now);
    expect(last).toMatchObject({ children: [], status: { state: 'suspended', totalCount: 1 } });
    expect(last).not.toHaveProperty('resyncAfterSeconds');
    expect(wait(now, 86_400)).toEqual(last);
  });

  it('keeps everything while the routes cannot be seen, unless its user asks not to wait', () => {
    const now = ready({}, { mode });
    suspend(now);
    const input = () => {
      const related = relatedMap(now.env, now.config, now.others);
      const { 'VirtualService.networking.istio.io/v1': _routes, ...others } = related;
      return { env: now.env, children: childrenMap(now.children), related: others };
    };
    const decision = syncEnv(input(), [], CONFIG, at(1000));
    expect(namesOf(decision.children)).toEqual(namesOf(now.children));
    expect(decision.status.state).toBe('suspended');
    expect(decision.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'NotSent' }),
    );
    const annotations = { 'riskified.com/force-removal': 'true' };
    now.env = { ...now.env, metadata: { ...now.env.metadata, annotations } };
    expect(syncEnv(input(), [], CONFIG, at(1000)).children).toEqual([]);
  });

  it('gets back what was still there', () => {
    const now = ready({}, { mode });
    const before = namesOf(now.children);
    suspend(now);
    settle(now);
    wait(now, 5);
    suspend(now, false);
    settle(now);
    expect(namesOf(now.children)).toEqual(before);
    wait(now, 60);
    expect(now.env.status?.state).toBe('ready');
    expect(JSON.stringify(now.children)).not.toContain('draining-since":"');
  });
});

describe('an env with a ttl', () => {
  it('is looked at again when it expires, at the latest in an hour', () => {
    const now = ready({ ttl: '2h' });
    expect(settle(now).resyncAfterSeconds).toBe(3600);
    now.time = 7000;
    expect(settle(now)).toMatchObject({
      resyncAfterSeconds: 200,
      status: { state: 'ready', expiresAt: stamp(7200) },
    });
    now.time = 7200;
    expect(settle(now).status).toMatchObject({ state: 'expired', expiresAt: stamp(7200) });
    expect(conditionOf(now, 'Ready')?.message).toBe(
      `its ttl of 2h was over at ${stamp(7200)}, so it keeps no clones and no routes; to get them back, set the annotation riskified.com/renewed-at to the present time in UTC, as "date -u +%Y-%m-%dT%H:%M:%SZ" prints it, or lengthen spec.ttl`,
    );
    wait(now, 20);
    expect(kinds(now)).toEqual([]);
  });

  it('has the same status at any time before: it does not count down', () => {
    const now = ready({ ttl: '30d' });
    const { status } = settle(now);
    for (const time of [1000, 100_000, 2_591_999]) {
      now.time = time;
      expect(settle(now).status).toEqual(status);
    }
  });

  it('expires even if its spec is refused, and says both; a blocked one is looked at in time', () => {
    const now = ready({ ttl: '2h' });
    now.time = 7000;
    const blocked = decide(now, [REFUSAL]);
    expect(blocked).toMatchObject({
      resyncAfterSeconds: 200,
      status: { state: 'degraded', expiresAt: stamp(7200) },
    });
    expect(namesOf(blocked.children)).toEqual(namesOf(now.children));
    now.time = 7200;
    const { status, children } = decide(now, [REFUSAL]);
    expect(status).toMatchObject({ state: 'expired', totalCount: 1, match: 'user=alice' });
    expect(status.conditions?.[0]?.message).toContain(
      '; before it can come back, correct: spec.subsets: must be a list',
    );
    expect(children.map((child) => Reflect.get(child, 'spec').active)).toContain(false);
  });

  it('that is suspended, too, says that both must be changed', () => {
    const now = ready({ ttl: '2h' });
    suspend(now);
    now.time = 8000;
    settle(now);
    expect(conditionOf(now, 'Ready')).toMatchObject({ reason: 'Expired' });
    expect(conditionOf(now, 'Ready')?.message).toMatch(
      /; it is suspended, too: set spec.suspend to false$/,
    );
  });

  it('is deleted as any other env', () => {
    const now = ready({ ttl: '2h' });
    now.time = 7200;
    settle(now);
    const metadata = { ...now.env.metadata, deletionTimestamp: stamp(now.time) };
    now.env = { ...now.env, metadata };
    expect(settle(now)).toMatchObject({ finalized: false, status: { state: 'processing' } });
    expect(wait(now, 20)).toMatchObject({ finalized: true, children: [] });
  });
});

it('an ignored annotation is told, whatever the state, and the state is as without it', () => {
  const now = ready();
  const metadata = { ...now.env.metadata, annotations: { 'riskified.com/renewed-at': 'x' } };
  now.env = { ...now.env, metadata };
  const told = expect.stringContaining('renewed-at is ignored, because "x" is not a time');
  const both = [decide(now), decide(now, [REFUSAL])];
  suspend(now);
  for (const { status } of [...both, decide(now)]) {
    expect(status.conditions?.filter(({ message }) => message.includes('ignored'))).toEqual([
      expect.objectContaining({ type: 'Ready', message: told }),
    ]);
  }
  expect(both.map(({ status: { state } }) => state)).toEqual(['ready', 'degraded']);
});
