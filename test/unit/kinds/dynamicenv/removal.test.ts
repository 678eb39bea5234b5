import { describe, expect, it } from '@jest/globals';
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
  CONFIG,
  deployment,
  dynamicEnv,
  rule,
  service,
  stamp,
  virtualService,
  workload,
} from '../../../support/objects.ts';

const MESH = ['backend', 'web'].flatMap((name) => [
  deployment(`shop/${name}`),
  service(`shop/${name}`),
  rule(`shop/${name}`),
  virtualService(`shop/${name}`),
]);
const MODES = ['server-side-apply', 'dynamic-apply'] as const;

/** An env whose routes have been in place for a long time. */
function ready(spec = {}, rest: Partial<EnvFixture> = {}): EnvFixture {
  const now = envFixture(dynamicEnv(spec), MESH, rest);
  settle(now);
  wait(now, 5);
  wait(now, 60);
  expect(now.env.status?.state).toBe('ready');
  return now;
}

function deleted(now: EnvFixture, meta = {}): void {
  const metadata = { ...now.env.metadata, deletionTimestamp: stamp(now.time), ...meta };
  now.env = { ...now.env, metadata };
}

const routes = ({ others }: EnvFixture) =>
  others.flatMap((object) =>
    object.kind === 'VirtualService'
      ? (Reflect.get(object, 'spec').http as { name?: string }[]).flatMap(({ name }) => name ?? [])
      : [],
  ).length;
const kinds = (now: EnvFixture) => now.children.map(({ kind }) => kind).sort();
const ALL = ['Deployment', 'DestinationRule', 'RouteInjection'];

describe.each(MODES)('removal of an env (%s)', (mode) => {
  it('has stages: routes, drain time, everything else', () => {
    const now = ready({}, { mode });
    expect(routes(now)).toBe(1);
    deleted(now);

    const first = step(now);
    expect(first).toMatchObject({ finalized: false, status: { state: 'processing' } });
    expect(kinds(now)).toEqual(ALL);
    // The next sync can then report what is left, if the removal takes longer than expected.
    expect(first.resyncAfterSeconds).toBe(16);
    expect(first.children.map((child) => Reflect.get(child, 'spec').active)).toContain(false);
    expect(routes(now)).toBe(0);

    expect(step(now).resyncAfterSeconds).toBe(11);
    expect(kinds(now)).toEqual(ALL);

    expect(wait(now, 10).resyncAfterSeconds).toBe(1);
    expect(kinds(now)).toEqual(ALL);

    now.time += 1;
    expect(step(now).finalized).toBe(false);
    expect(kinds(now)).toEqual([]);

    const last = step(now);
    expect(last).toMatchObject({ finalized: true, children: [] });
    expect(last).not.toHaveProperty('resyncAfterSeconds');
  });

  it('waits for routes that are still there, and starts the drain time again when they come back', () => {
    const now = ready({}, { mode });
    deleted(now);
    settle(now, { webhook: false });
    wait(now, 60, { webhook: false });
    expect(kinds(now)).toEqual(ALL);
    const routed = now.others;
    wait(now, 1);
    wait(now, 5);
    expect(namesOf(now.children)).toHaveLength(3);
    const since = (object: EnvFixture['children'][number]) =>
      object.metadata.annotations?.['riskified.com/draining-since'];
    expect(now.children.map(since)).toEqual([stamp(126), stamp(126), undefined]);

    const gone = now.others;
    now.others = routed;
    const { children } = decide(now);
    expect(children.map(since)).toEqual([undefined, undefined, undefined]);
    now.others = gone;
  });

  it('names the VirtualServices that hold it up, after two minutes', () => {
    const now = ready({}, { mode });
    deleted(now);
    expect(settle(now, { webhook: false }).resyncAfterSeconds).toBe(16);
    now.time += 16;
    expect(settle(now, { webhook: false }).resyncAfterSeconds).toBe(105);
    const stalled = () => now.env.status?.conditions?.find(({ type }) => type === 'Stalled');
    wait(now, 104, { webhook: false });
    expect(stalled()).toMatchObject({ status: 'False' });
    wait(now, 1, { webhook: false });
    expect(stalled()).toMatchObject({ status: 'True', reason: 'RoutesRemain' });
    expect(stalled()?.message).toContain('VirtualService shop/backend');
    expect(kinds(now)).toEqual(ALL);
  });

  it('is done at once if forced', () => {
    const now = ready({}, { mode });
    deleted(now, { annotations: { 'riskified.com/force-removal': 'true' } });
    expect(step(now, { webhook: false })).toMatchObject({ children: [], finalized: false });
    expect(step(now, { webhook: false })).toMatchObject({ children: [], finalized: true });
  });

  it('keeps all children with --cascade=orphan', () => {
    const now = ready({}, { mode });
    deleted(now, { finalizers: ['metacontroller.io/x', 'orphan'] });
    const { finalized, children } = decide(now);
    expect(finalized).toBe(true);
    expect(namesOf(children)).toEqual(namesOf(now.children));
  });

  it.each(ALL)('never recreates a %s that somebody deletes', (kind) => {
    const now = ready({}, { mode });
    deleted(now);
    now.children = now.children.filter((child) => child.kind !== kind);
    expect(kinds(now)).toHaveLength(2);
    expect(namesOf(decide(now).children)).toEqual(namesOf(now.children));
  });

  it('removes consumers at once', () => {
    const now = ready({ subsets: [], consumers: [workload('shop/backend')] }, { mode });
    expect(kinds(now)).toEqual(['Deployment', 'RouteInjection']);
    deleted(now);
    step(now);
    expect(kinds(now)).toEqual([]);
    expect(step(now).finalized).toBe(true);
  });
});

describe.each(MODES)('removal of a part of a living env (%s)', (mode) => {
  const both = { subsets: [workload('shop/backend'), workload('shop/web')] };

  it('a removed subset departs in stages, the other one stays as it is', () => {
    const now = ready(both, { mode });
    const stay = now.children.filter(({ metadata }) => metadata.name.includes('backend'));
    now.env = { ...now.env, spec: { ...now.env.spec, subsets: [workload('shop/backend')] } };
    settle(now);
    expect(now.children).toHaveLength(6);
    expect(routes(now)).toBe(1);
    wait(now, 11);
    expect(now.children).toEqual(stay);
  });

  it('a subset that is put back in time stops draining', () => {
    const now = ready(both, { mode });
    const spec = now.env.spec;
    now.env = { ...now.env, spec: { ...spec, subsets: [workload('shop/backend')] } };
    wait(now, 5);
    now.env = { ...now.env, spec };
    settle(now);
    // The rule was written again, so it is unknown how old its subset is.
    wait(now, 4);
    const marks = now.children.flatMap(({ metadata }) => Object.keys(metadata.annotations ?? {}));
    expect(marks).not.toContain('riskified.com/draining-since');
    expect(now.children).toHaveLength(6);
    expect(routes(now)).toBe(2);
  });

  it('a rule whose base rule is gone departs in stages, the clone stays', () => {
    const now = ready({}, { mode });
    now.others = now.others.filter(
      ({ kind, metadata }) => kind !== 'DestinationRule' || metadata.name !== 'backend',
    );
    settle(now);
    expect([kinds(now), routes(now)]).toEqual([ALL, 0]);
    wait(now, 10);
    expect(kinds(now)).toEqual(ALL);
    wait(now, 1);
    expect(kinds(now)).toEqual(['Deployment', 'RouteInjection']);
  });

  it('a rule whose base rule was renamed is removed as soon as the new one exists, and its routes stay', () => {
    const now = ready({}, { mode });
    const renamed = rule('shop/new', { host: 'backend' });
    now.others = [...now.others, renamed];
    settle(now);
    expect(kinds(now)).toHaveLength(4);
    now.others = now.others.filter(
      ({ kind, metadata }) => kind !== 'DestinationRule' || metadata.name !== 'backend',
    );
    settle(now);
    expect([kinds(now), routes(now)]).toEqual([ALL, 1]);
  });

  it('rule and injection of a deleted Service are removed, the clone stays', () => {
    const now = ready({}, { mode });
    const alt = [
      service('shop/alt', { app: 'backend' }),
      rule('shop/alt'),
      virtualService('shop/alt'),
    ];
    now.others = [...now.others, ...alt];
    settle(now);
    wait(now, 60);
    expect([now.children.length, routes(now)]).toEqual([5, 2]);
    now.others = now.others.filter(
      (object) => object.kind !== 'Service' || object.metadata.name !== 'alt',
    );
    settle(now);
    expect([now.children.length, routes(now)]).toEqual([5, 1]);
    wait(now, 11);
    expect([kinds(now), routes(now)]).toEqual([ALL, 1]);
  });

  it('a clone whose selector changes departs in the same stages and is recreated', () => {
    const now = ready({}, { mode });
    const subsets = [workload('shop/backend', { podLabels: { app: 'backend' } })];
    now.env = { ...now.env, spec: { ...now.env.spec, subsets } };
    const base = deployment('shop/backend', {
      selector: { matchLabels: { app: 'backend', part: 'a' } },
      template: {
        metadata: { labels: { app: 'backend', part: 'a', version: 'shared' } },
        spec: { containers: [{ name: 'main', image: 'backend:1' }] },
      },
    });
    now.others = now.others.map((object) =>
      object.kind === 'Deployment' && object.metadata.name === 'backend' ? base : object,
    );
    settle(now);
    expect([kinds(now), routes(now)]).toEqual([ALL, 0]);
    expect(now.env.status?.subsetsStatus?.['shop/backend']?.deployment.status).toBe('removing');
    now.time += 11;
    step(now);
    expect(kinds(now)).toEqual(['DestinationRule', 'RouteInjection']);
    settle(now);
    expect([kinds(now), routes(now)]).toEqual([ALL, 1]);
    expect(Reflect.get(now.children[0] ?? {}, 'spec').selector).toEqual({
      matchLabels: {
        app: 'backend',
        part: 'a',
        version: 'alice',
        'riskified.com/clone': 'backend-alice',
      },
    });
  });

  it('a subset that becomes a consumer loses its routes and keeps its pods', () => {
    const now = ready({}, { mode });
    const { uid } = now.children[0]?.metadata ?? {};
    now.env = {
      ...now.env,
      spec: { ...now.env.spec, subsets: [], consumers: [workload('shop/backend')] },
    };
    settle(now);
    expect([kinds(now), routes(now)]).toEqual([ALL, 0]);
    wait(now, 11);
    expect(kinds(now)).toEqual(['Deployment', 'RouteInjection']);
    expect(now.children[0]?.metadata.uid).toBe(uid);
  });
});

describe('marks that somebody removed', () => {
  const without = (now: EnvFixture, key: string) => {
    now.children = now.children.map((child) => {
      const { [key]: _gone, ...annotations } = child.metadata.annotations ?? {};
      return { ...child, metadata: { ...child.metadata, annotations } };
    });
  };

  it.each(['riskified.com/deployment', 'riskified.com/service-host'])(
    'do not cause an early removal: %s',
    (key) => {
      const now = ready();
      deleted(now);
      without(now, key);
      expect(namesOf(step(now, { webhook: false }).children)).toHaveLength(3);
      wait(now, 60, { webhook: false });
      expect(kinds(now)).toEqual(ALL);
      wait(now, 1);
      wait(now, 11);
      expect(kinds(now)).toEqual([]);
    },
  );

  it('are restored on desired children', () => {
    const now = ready();
    const before = now.children.map(({ metadata }) => metadata.annotations);
    without(now, 'riskified.com/deployment');
    settle(now);
    expect(now.children.map(({ metadata }) => metadata.annotations)).toEqual(before);
  });
});

it('follows the drain time of the settings', () => {
  const now = ready({}, { config: { ...CONFIG, drainSeconds: 30 } });
  deleted(now);
  settle(now);
  expect(wait(now, 30).resyncAfterSeconds).toBe(1);
});
