import { describe, expect, test } from '@jest/globals';
import type { DynamicEnvSpec } from '../../../../../src/api/dynamicenv.ts';
import type { Subscriber } from '../../../../../src/api/subscriber.ts';
import type { ObjectMap } from '../../../../../src/hooks/types.ts';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import type { Deployment } from '../../../../../src/k8s/workload.ts';
import { carriedBy } from '../../../../../src/kinds/dynamicenv/events/carried.ts';
import { SUBSCRIBERS } from '../../../../../src/kinds/dynamicenv/observed.ts';
import { syncEnv } from '../../../../../src/kinds/dynamicenv/sync.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  step,
  wait,
} from '../../../../support/env-fixture.ts';
import { at, running, stamp, workload } from '../../../../support/objects.ts';
import { childrenMap, relatedMap } from '../../../../support/sent.ts';
import { ordersBase, ordersEnv, ordersMesh, subscriber } from '../../../../support/subscribers.ts';

const fixture = (spec: Partial<DynamicEnvSpec> = {}, rest: Partial<EnvFixture> = {}) =>
  envFixture(ordersEnv(spec), ordersMesh(), rest);
const live = (spec: Partial<DynamicEnvSpec> = {}, rest: Partial<EnvFixture> = {}) => {
  const now = fixture(spec, rest);
  settle(now);
  wait(now, 4);
  wait(now, 4);
  return now;
};

const find = (objects: readonly KubeObject[], kind: string) =>
  objects.find((one) => one.kind === kind);
const own = ({ children }: Pick<EnvFixture, 'children'>) =>
  find(children, 'Subscriber') as Subscriber | undefined;
const clone = ({ children }: Pick<EnvFixture, 'children'>) =>
  find(children, 'Deployment') as Deployment | undefined;
const phase = (now: Pick<EnvFixture, 'children'>) => own(now)?.spec.phase;
const kinds = (now: Pick<EnvFixture, 'children'>) =>
  namesOf(now.children).map((name) => name.split(' ')[0]);
const condition = (now: EnvFixture, type: string) =>
  now.env.status?.conditions?.find((one) => one.type === type);
const told = (now: EnvFixture) => now.env.status?.subsetsStatus?.['shop/orders'];
const without = (now: EnvFixture, kind: string) => {
  now.children = now.children.filter((child) => child.kind !== kind);
};
const change = (now: EnvFixture, spec: Partial<DynamicEnvSpec>) => {
  now.env = { ...now.env, spec: { ...now.env.spec, ...spec } };
};
const remove = (now: EnvFixture) => {
  const metadata = { ...now.env.metadata, deletionTimestamp: stamp(now.time) };
  now.env = { ...now.env, metadata };
};
const stop = (now: EnvFixture) => {
  now.podsStart = false;
  now.children = now.children.map((child) =>
    child.kind === 'Deployment'
      ? running(child as Deployment, { availableReplicas: 0, conditions: [] })
      : child,
  );
};

describe('creation', () => {
  test('the Subscriber is first; the clone comes when it is seen, with its incarnation', () => {
    const now = fixture({}, { podsStart: false });
    step(now);
    expect(phase(now)).toBe('Joining');
    expect(clone(now)).toBeUndefined();
    step(now);
    expect(carriedBy(clone(now))?.incarnation).toBe(own(now)?.spec.incarnation);
    expect(own(now)?.spec).toMatchObject({ workload: 'shop/orders', services: ['orders'] });
    wait(now, 600);
    expect(phase(now)).toBe('Joining');
    expect(told(now)?.events).toEqual({
      phase: 'Joining',
      incarnation: own(now)?.spec.incarnation,
      message: expect.stringContaining('until then the base'),
    });
  });

  test.each([
    ['shop/orders.v2', 'orders-v2'],
    [`shop/${'o'.repeat(62)}.v2`, 'o'.repeat(62)],
  ])('a name that no Service can have is written so that messages can name it: %s', (key, name) => {
    const base = ordersBase();
    const metadata = { ...base.metadata, name: key.slice('shop/'.length) };
    const consumers = [workload(key, { events: {} })];
    const now = envFixture(ordersEnv({ subsets: [], consumers }), [{ ...base, metadata }]);
    settle(now);
    expect(own(now)?.spec).toMatchObject({ workload: key, services: [name] });
    expect(JSON.stringify(now.env.status)).toContain(`messages select it as ${name}`);
  });

  test('Live comes a settle time after all pods are available', () => {
    const now = fixture();
    settle(now);
    const before = now.time;
    expect(phase(now)).toBe('Joining');
    wait(now, 3);
    expect(phase(now)).toBe('Joining');
    wait(now, 1);
    expect(phase(now)).toBe('Live');
    expect(own(now)?.metadata.annotations?.['riskified.com/available-since']).toBe(stamp(before));
    wait(now, 4);
    expect(condition(now, 'Ready')?.status).toBe('True');
    expect(now.env.status).toMatchObject({ totalCount: 1, totalReady: 1 });
  });

  test('it is not Ready before it is Live', () => {
    const now = fixture({ subsets: [], consumers: [workload('shop/orders', { events: {} })] });
    settle(now);
    expect(condition(now, 'WorkloadsReady')?.status).toBe('True');
    expect(condition(now, 'Ready')).toMatchObject({ status: 'False', reason: 'EventsPending' });
    expect(now.env.status?.totalReady).toBe(0);
    wait(now, 4);
    expect(condition(now, 'Ready')?.status).toBe('True');
    expect(now.env.status?.consumersStatus?.['shop/orders']?.events?.phase).toBe('Live');
  });

  test('two envs have different incarnations, and so has one at another time', () => {
    const incarnation = (now: EnvFixture) => {
      step(now);
      return own(now)?.spec.incarnation;
    };
    const first = incarnation(fixture());
    expect(incarnation(fixture())).toBe(first);
    expect(incarnation(fixture({}, { time: 1 }))).not.toBe(first);
    const other = fixture();
    other.env.metadata.uid = 'bob-uid';
    expect(incarnation(other)).not.toBe(first);
  });

  test('without a Service it has the name of its Deployment', () => {
    const now = fixture({ subsets: [], consumers: [workload('shop/orders', { events: {} })] });
    now.others = [ordersBase()];
    step(now);
    expect(own(now)?.spec.services).toEqual(['orders']);
  });
});

describe('removal', () => {
  test('the clone stays for 35 s after the first sync that sees it Leaving, then the Subscriber goes', () => {
    const now = live();
    remove(now);
    step(now);
    expect(phase(now)).toBe('Leaving');
    const written = stamp(now.time);
    now.time += 50;
    // It is seen late: nothing was counted before.
    settle(now);
    expect(own(now)?.metadata.annotations?.['riskified.com/leaving-since']).toBe(written);
    wait(now, 35);
    expect(kinds(now)).toContain('Deployment');
    wait(now, 1);
    expect(now.children).toEqual([]);
    expect(decide(now)).toMatchObject({ finalized: true });
  });

  test('if the drain takes longer, it decides', () => {
    const now = live();
    now.config = { ...now.config, drainSeconds: 60 };
    remove(now);
    settle(now);
    wait(now, 50);
    expect(kinds(now)).toContain('Deployment');
    wait(now, 11);
    expect(now.children).toEqual([]);
  });

  test('the drain of a clone that waits for its messages does not begin again', () => {
    const now = live();
    remove(now);
    settle(now);
    wait(now, 12);
    const since = clone(now)?.metadata.annotations?.['riskified.com/draining-since'];
    expect(since).toBeDefined();
    wait(now, 12);
    expect(clone(now)?.metadata.annotations?.['riskified.com/draining-since']).toBe(since);
  });

  test('a consumer waits as well, though nothing is routed to it', () => {
    const now = live({ subsets: [], consumers: [workload('shop/orders', { events: {} })] });
    remove(now);
    settle(now);
    wait(now, 35);
    expect(kinds(now)).toContain('Deployment');
    wait(now, 1);
    expect(now.children).toEqual([]);
  });

  test('while nobody sees it Leaving, because each write is lost, nothing is counted', () => {
    const now = live({ subsets: [], consumers: [workload('shop/orders', { events: {} })] });
    remove(now);
    for (let round = 0; round < 20; round += 1) {
      now.time += 30;
      expect(kinds(decide(now))).toContain('Deployment');
    }
  });

  test('if it is Live, because somebody made it again, the wait begins again', () => {
    const now = live({ subsets: [], consumers: [workload('shop/orders', { events: {} })] });
    const isLive = own(now) as Subscriber;
    remove(now);
    settle(now);
    wait(now, 30);
    now.children = now.children.map((one) => (one.kind === 'Subscriber' ? isLive : one));
    now.time += 10;
    settle(now);
    wait(now, 35);
    expect(kinds(now)).toContain('Deployment');
    wait(now, 1);
    expect(now.children).toEqual([]);
  });

  test('control: a consumer without events goes at once', () => {
    const now = live({ subsets: [], consumers: [workload('shop/orders')] });
    remove(now);
    settle(now);
    expect(now.children).toEqual([]);
  });

  test('without any pod, it waits for two more minutes and says so', () => {
    const now = live();
    stop(now);
    const incarnation = own(now)?.spec.incarnation;
    remove(now);
    settle(now);
    wait(now, 37);
    expect(kinds(now)).toContain('Deployment');
    expect(condition(now, 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'MessagesRemain',
      message: expect.stringContaining(`*.mp-101.${incarnation}`),
    });
    wait(now, 110);
    expect(kinds(now)).toContain('Deployment');
    expect(condition(now, 'Ready')?.message).toContain('Subscriber alice-');
    expect(told(now)?.events).toEqual({ phase: 'Leaving', incarnation });
    wait(now, 12);
    expect(now.children).toEqual([]);
  });

  test('as soon as a pod is there, it can finish its messages, and goes', () => {
    const now = live();
    stop(now);
    remove(now);
    settle(now);
    wait(now, 37);
    now.podsStart = true;
    now.children = now.children.map((child) =>
      child.kind === 'Deployment' ? running(child as Deployment) : child,
    );
    settle(now);
    expect(now.children).toEqual([]);
  });

  test('one that never was available has no messages: it does not wait for a pod', () => {
    const now = fixture({}, { podsStart: false });
    settle(now);
    remove(now);
    settle(now);
    wait(now, 36);
    expect(now.children).toEqual([]);
  });

  test('forced removal waits for nothing', () => {
    const now = live();
    const annotations = { 'riskified.com/force-removal': 'true' };
    now.env = { ...now.env, metadata: { ...now.env.metadata, annotations } };
    remove(now);
    settle(now);
    expect(now.children).toEqual([]);
  });

  test('a lost Subscriber is made again, so that the wait can be counted', () => {
    const now = live();
    const { spec } = own(now) ?? {};
    without(now, 'Subscriber');
    remove(now);
    step(now);
    expect(own(now)?.spec).toEqual({ ...spec, phase: 'Leaving' });
    // It has not been seen yet.
    expect(own(now)?.metadata.annotations?.['riskified.com/leaving-since']).toBeUndefined();
    now.time += 9;
    settle(now);
    wait(now, 35);
    expect(kinds(now)).toContain('Deployment');
    wait(now, 1);
    expect(now.children).toEqual([]);
  });

  test('a Subscriber that somebody keeps by a finalizer is named after two minutes', () => {
    const now = live();
    const deletionTimestamp = stamp(now.time);
    now.children = now.children.map((child) =>
      child.kind === 'Subscriber'
        ? { ...child, metadata: { ...child.metadata, deletionTimestamp, finalizers: ['a/b'] } }
        : child,
    );
    now.time += 122;
    expect(decide(now).status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Stalled',
        status: 'True',
        message: expect.stringContaining('its finalizers keep it: a/b; remove them'),
      }),
    );
  });
});

describe('suspended, and back', () => {
  test('when all is gone, it comes back with another incarnation', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    change(now, { suspend: true });
    settle(now);
    expect(phase(now)).toBe('Leaving');
    wait(now, 36);
    expect(now.children).toEqual([]);
    change(now, { suspend: false });
    wait(now, 1);
    expect(own(now)?.spec.incarnation).not.toBe(before);
    expect(carriedBy(clone(now))?.incarnation).toBe(own(now)?.spec.incarnation);
  });

  const back = (now: EnvFixture) => {
    change(now, { suspend: false });
    settle(now);
  };

  test('soon after: the old consumers leave to the end, and others begin', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    change(now, { suspend: true });
    settle(now);
    wait(now, 5);
    back(now);
    expect(own(now)?.spec).toMatchObject({ phase: 'Leaving', incarnation: before });
    expect(carriedBy(clone(now))?.incarnation).toBe(before);
    expect(told(now)?.events?.message).toBe(
      `its consumers of incarnation ${before} leave, which cannot be taken back; others begin when they are gone, and until then the base's consumers handle its messages`,
    );
    expect(condition(now, 'Ready')?.status).toBe('False');
    wait(now, 30);
    expect(carriedBy(clone(now))?.incarnation).toBe(before);
    wait(now, 1);
    expect(own(now)?.spec.phase).toBe('Joining');
    expect(own(now)?.spec.incarnation).not.toBe(before);
    expect(carriedBy(clone(now))?.incarnation).toBe(own(now)?.spec.incarnation);
    wait(now, 4);
    expect(phase(now)).toBe('Live');
  });

  test('several times: each change of mind leaves the wait as it is', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    for (const suspend of [true, false, true, false, true, false]) {
      change(now, { suspend });
      settle(now);
      now.time += 5;
      expect(own(now)?.spec).toMatchObject({ phase: 'Leaving', incarnation: before });
    }
    wait(now, 6);
    expect(phase(now)).toBe('Joining');
    expect(own(now)?.spec.incarnation).not.toBe(before);
  });

  test('before it was Live: the same, since a late sync may make it Live', () => {
    const now = fixture();
    settle(now);
    const before = own(now)?.spec.incarnation;
    expect(phase(now)).toBe('Joining');
    change(now, { suspend: true });
    step(now);
    back(now);
    expect(own(now)?.spec).toMatchObject({ phase: 'Leaving', incarnation: before });
    wait(now, 36);
    expect(own(now)?.spec.incarnation).not.toBe(before);
  });

  test('when the clone has gone, and its Subscriber not yet, the old one goes first', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    change(now, { suspend: true });
    settle(now);
    now.time += 36;
    step(now);
    without(now, 'Deployment');
    change(now, { suspend: false });
    step(now);
    expect(own(now)).toBeUndefined();
    expect(clone(now)).toBeUndefined();
    settle(now);
    expect(own(now)?.spec.incarnation).not.toBe(before);
  });

  test('a sync that still sees the clone, though it is deleted already, does not make it Live', () => {
    const now = live();
    change(now, { suspend: true });
    settle(now);
    now.time += 36;
    change(now, { suspend: false });
    step(now);
    expect(phase(now)).toBe('Leaving');
    expect(clone(now)).toBeUndefined();
  });

  test('a sync that still sees the Subscriber before, with its wait over, keeps the clone of the next one', () => {
    const now = live();
    change(now, { suspend: true });
    settle(now);
    const before = own(now) as Subscriber;
    wait(now, 36);
    change(now, { suspend: false });
    settle(now);
    wait(now, 4);
    const { incarnation } = carriedBy(clone(now)) ?? {};
    expect(incarnation).not.toBe(before.spec.incarnation);
    change(now, { suspend: true });
    now.children = now.children.map((one) => (one.kind === 'Subscriber' ? before : one));
    now.time += 20;
    step(now);
    expect(carriedBy(clone(now))?.incarnation).toBe(incarnation);
  });

  test('while it waits for a pod: it goes on to wait for one that finishes its messages', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    stop(now);
    change(now, { suspend: true });
    settle(now);
    wait(now, 60);
    back(now);
    expect(own(now)?.spec).toMatchObject({ phase: 'Leaving', incarnation: before });
    expect(condition(now, 'Stalled')?.reason).toBe('MessagesRemain');
    wait(now, 96);
    expect(own(now)?.spec.incarnation).not.toBe(before);
  });
});

describe('a living env changes', () => {
  const plain = [workload('shop/orders')];

  test('events are added: first the Subscriber, then the clone gets its incarnation in place', () => {
    const now = live({ subsets: plain });
    expect(told(now)?.deployment.message).toMatch(/^Competing: /);
    change(now, { subsets: [workload('shop/orders', { events: {} })] });
    step(now);
    expect(phase(now)).toBe('Joining');
    expect(clone(now)).toBeDefined();
    expect(carriedBy(clone(now))).toBeUndefined();
    step(now);
    expect(carriedBy(clone(now))?.incarnation).toBe(own(now)?.spec.incarnation);
  });

  test('events are removed: the clone leaves in order, and comes back without them', () => {
    const now = live();
    change(now, { subsets: plain });
    settle(now);
    expect(phase(now)).toBe('Leaving');
    wait(now, 35);
    expect(carriedBy(clone(now))).toBeDefined();
    wait(now, 1);
    expect(clone(now)).toBeDefined();
    expect(carriedBy(clone(now))).toBeUndefined();
    expect(own(now)).toBeUndefined();
  });

  test('the subset is taken out', () => {
    const now = live();
    change(now, { subsets: [workload('shop/other')] });
    settle(now);
    wait(now, 35);
    expect(phase(now)).toBe('Leaving');
    expect(clone(now)).toBeDefined();
    wait(now, 1);
    expect(kinds(now)).not.toContain('Subscriber');
    expect(clone(now)).toBeUndefined();
  });

  test('another ref and back, events taken out and back: what leaves does so to the end', () => {
    const events = [workload('shop/orders', { events: {} })];
    for (const [away, again] of [
      [{ ref: 'mp-102' }, { ref: 'mp-101' }],
      [{ subsets: plain }, { subsets: events }],
    ]) {
      const now = live();
      const before = own(now)?.spec.incarnation;
      change(now, away ?? {});
      settle(now);
      change(now, again ?? {});
      wait(now, 35);
      expect(own(now)?.spec).toMatchObject({ phase: 'Leaving', incarnation: before });
      wait(now, 1);
      expect(own(now)?.spec.ref).toBe('mp-101');
      expect(own(now)?.spec.incarnation).not.toBe(before);
    }
  });

  test('another ref: the clone leaves, and comes back with another incarnation', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    change(now, { ref: 'mp-102' });
    settle(now);
    expect(own(now)?.spec).toMatchObject({ ref: 'mp-101', phase: 'Leaving' });
    wait(now, 35);
    expect(carriedBy(clone(now))?.ref).toBe('mp-101');
    wait(now, 1);
    expect(own(now)?.spec.ref).toBe('mp-102');
    expect(own(now)?.spec.incarnation).not.toBe(before);
    expect(carriedBy(clone(now))?.ref).toBe('mp-102');
  });

  test('the image, the port and the drain time change in place', () => {
    const now = live();
    const before = own(now)?.spec.incarnation;
    const events = { port: 9000, drainSeconds: 5 };
    change(now, { subsets: [workload('shop/orders', { events, containers: [{ image: 'x' }] })] });
    settle(now);
    expect(own(now)?.spec).toMatchObject({ phase: 'Live', incarnation: before });
    expect(carriedBy(clone(now))?.incarnation).toBe(before);
  });

  test('a Subscriber that is deleted by hand is made again, with the same incarnation', () => {
    const now = live();
    const { spec } = own(now) ?? {};
    without(now, 'Subscriber');
    step(now);
    expect(own(now)?.spec).toEqual({ ...spec, phase: 'Joining' });
    settle(now);
    wait(now, 4);
    expect(own(now)?.spec).toEqual(spec);
  });

  test('a clone that is deleted by hand comes again, with the same incarnation', () => {
    const now = live();
    const { spec } = own(now) ?? {};
    without(now, 'Deployment');
    step(now);
    expect(own(now)?.spec).toEqual(spec);
    expect(carriedBy(clone(now))?.incarnation).toBe(spec?.incarnation);
  });

  test('the names of the Services are fixed, and a change is told', () => {
    const now = live();
    const [service] = now.others.filter(({ kind }) => kind === 'Service');
    const renamed = { ...service, metadata: { ...service?.metadata, name: 'invoices' } };
    now.others = [...now.others, renamed as KubeObject];
    settle(now);
    expect(own(now)?.spec.services).toEqual(['orders']);
    expect(told(now)?.events?.message).toContain(
      'messages select it as orders, though its Services are now invoices, orders',
    );
  });
});

describe('the base', () => {
  test('does not share its messages: no Subscriber, no clone, and the reason', () => {
    const now = fixture();
    now.others = ordersMesh(ordersBase({}));
    settle(now);
    expect(kinds(now)).toEqual([]);
    expect(condition(now, 'Ready')?.message).toContain('does not share its messages');
  });

  test('does not share them any more: what lives goes on, and the status says it', () => {
    const now = live();
    now.others = now.others.map((one) => (one.kind === 'Deployment' ? ordersBase({}) : one));
    settle(now);
    wait(now, 99);
    expect(phase(now)).toBe('Live');
    expect(carriedBy(clone(now))).toBeDefined();
    expect(condition(now, 'Ready')?.message).toContain('does not share its messages');
  });

  test('is gone: what lives goes on', () => {
    const now = live();
    now.others = now.others.filter(({ kind }) => kind !== 'Deployment');
    settle(now);
    wait(now, 99);
    expect(phase(now)).toBe('Live');
    expect(clone(now)).toBeDefined();
  });

  test('has the port of the library: no clone, and the reason', () => {
    const now = fixture();
    const containers = [{ name: 'main', image: 'x', ports: [{ containerPort: 9808 }] }];
    const base = ordersBase();
    const template = { ...base.spec.template, spec: { containers } };
    now.others = ordersMesh({ ...base, spec: { ...base.spec, template } });
    settle(now);
    expect(kinds(now)).toEqual([]);
    expect(condition(now, 'Ready')?.message).toContain('events.port: container main has');
  });
});

describe('nothing is decided, and all stays', () => {
  const decideWithout = (change: (groups: ObjectMap, others: ObjectMap) => void) => {
    const now = live();
    const children = childrenMap(now.children);
    const related = relatedMap(now.env, now.config, now.others);
    change(children, related);
    const input = { env: now.env, children, related };
    return syncEnv(input, [], now.config, at(now.time));
  };
  const ready = ({ status }: ReturnType<typeof decideWithout>) =>
    status.conditions?.find(({ type }) => type === 'Ready');

  test('if Metacontroller does not send the Subscribers of the env', () => {
    const decision = decideWithout((children) => {
      delete children[SUBSCRIBERS];
    });
    expect(ready(decision)).toMatchObject({
      reason: 'NotSent',
      message: expect.stringContaining('children Subscriber.riskified.com/v1alpha1 were not sent'),
    });
    expect(kinds(decision)).toContain('Deployment');
  });

  test('if it does not send those of other envs', () => {
    const decision = decideWithout((_children, related) => {
      delete related[SUBSCRIBERS];
    });
    expect(ready(decision)?.reason).toBe('NotSent');
    expect(kinds(decision)).toEqual(expect.arrayContaining(['Deployment', 'Subscriber']));
  });

  test('if a Subscriber has a phase of a later version', () => {
    const decision = decideWithout((children) => {
      const [one] = Object.values(children[SUBSCRIBERS] ?? {}) as Subscriber[];
      const later = { ...one, spec: { ...one?.spec, phase: 'Paused' } };
      children[SUBSCRIBERS] = { [one?.metadata.name ?? '']: later as unknown as KubeObject };
    });
    expect(ready(decision)).toMatchObject({
      reason: 'Unreadable',
      message: expect.stringContaining('wait until all pods of this service run the same version'),
    });
    expect(kinds(decision)).toEqual(expect.arrayContaining(['Deployment', 'Subscriber']));
  });
});

describe('another env with this ref on this workload', () => {
  const older = subscriber('Live', {}, { creationTimestamp: stamp(-9) }, 'bob');

  test('was first: no Subscriber, no clone, and the reason', () => {
    const now = fixture();
    now.others = [...now.others, older];
    settle(now);
    expect(kinds(now)).toEqual([]);
    const said = expect.stringContaining('DynamicEnv bob handles the messages of ref mp-101');
    expect(condition(now, 'Conflicting')).toMatchObject({ reason: 'SameRef', message: said });
    expect(condition(now, 'Ready')).toMatchObject({ status: 'False', message: said });
  });

  test('was made at the same time, and is found to be older: this one leaves in order', () => {
    const now = live();
    now.others = [...now.others, older];
    settle(now);
    expect(phase(now)).toBe('Leaving');
    wait(now, 35);
    expect(clone(now)).toBeDefined();
    wait(now, 1);
    expect(kinds(now)).not.toContain('Deployment');
    wait(now, 12);
    expect(kinds(now)).toEqual([]);
    now.others = now.others.filter((one) => one !== older);
    settle(now);
    expect(phase(now)).toBe('Joining');
    expect(clone(now)).toBeDefined();
  });

  test('has left a Subscriber behind that has the name of this one: the reason is said', () => {
    const now = fixture();
    now.others = [...now.others, subscriber('Live')];
    settle(now);
    expect(kinds(now)).toEqual([]);
    expect(condition(now, 'Ready')?.message).toMatch(
      /Subscriber alice-\w+ exists and does not belong to this env; delete it/,
    );
    now.others = now.others.filter(({ kind }) => kind !== 'Subscriber');
    settle(now);
    expect(clone(now)).toBeDefined();
  });

  test('control: its own Subscriber, which came among the related objects first', () => {
    const now = fixture();
    const ownerReferences = [{ uid: 'alice-uid', controller: true }] as never;
    now.others = [...now.others, subscriber('Joining', {}, { ownerReferences })];
    step(now);
    expect(phase(now)).toBe('Joining');
  });

  test('came later: nothing changes', () => {
    const now = live();
    const later = subscriber('Joining', {}, { creationTimestamp: stamp(99) }, 'bob');
    now.others = [...now.others, later];
    settle(now);
    expect(phase(now)).toBe('Live');
    expect(condition(now, 'Conflicting')?.status).toBe('False');
  });
});
