import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { decide, type EnvFixture, envFixture, settle, wait } from '../../../support/env-fixture.ts';
import {
  deployment,
  dynamicEnv,
  rule,
  service,
  stamp,
  virtualService,
} from '../../../support/objects.ts';

const MESH = [
  deployment('shop/backend'),
  service('shop/backend'),
  rule('shop/backend'),
  virtualService('shop/backend'),
];
const REFUSALS = [{ reason: 'Invalid' as const, path: 'spec', message: 'is wrong' }];
const APPLIED = 'metacontroller.k8s.io/last-applied-configuration';

/** An env with routes. One of its children was edited by hand. */
function edited(
  kind: string,
  edit: (child: KubeObject & { spec?: unknown }) => object,
): EnvFixture {
  const now = envFixture(dynamicEnv(), MESH);
  settle(now);
  wait(now, 5);
  wait(now, 60);
  now.children = now.children.map((child) =>
    child.kind === kind ? (edit(structuredClone(child)) as KubeObject) : child,
  );
  return now;
}

function deleted(now: EnvFixture): EnvFixture {
  now.env = { ...now.env, metadata: { ...now.env.metadata, deletionTimestamp: stamp(0) } };
  return now;
}

const kindsOf = (children: readonly KubeObject[]) => children.map(({ kind }) => kind).sort();
const ALL = ['Deployment', 'DestinationRule', 'RouteInjection'];

describe.each<[string, (child: KubeObject & { spec?: unknown }) => object]>([
  ['has no spec', ({ spec: _spec, ...child }) => child],
  ['has a list for a spec', (child) => ({ ...child, spec: [] })],
  ['has no matches', (child) => ({ ...child, spec: { ...(child.spec as object), matches: null } })],
])('a RouteInjection that %s', (_what, edit) => {
  it('stays as it is, listed once, whether or not the spec of its env is valid', () => {
    const now = edited('RouteInjection', edit);
    for (const refusals of [[], REFUSALS]) {
      expect(kindsOf(decide(now, refusals).children)).toEqual(ALL);
    }
  });

  it('is removed first when the env is deleted, and the rest waits for its routes', () => {
    const { children, finalized } = decide(deleted(edited('RouteInjection', edit)));
    expect(kindsOf(children)).toEqual(['Deployment', 'DestinationRule']);
    expect(finalized).toBe(false);
  });
});

it.each(['{"metadata":{"name":"NAME"}}', '{"metadata":{"name":"NAME"},"kind":"Pod","spec":{}}'])(
  'a last-applied annotation that is not of this child is not answered: %s',
  (text) => {
    const now = edited('RouteInjection', (child) => {
      const applied = text.replace('NAME', child.metadata.name);
      const annotations = { ...child.metadata.annotations, [APPLIED]: applied };
      return { ...child, metadata: { ...child.metadata, annotations } };
    });
    const [kept] = decide(now, REFUSALS).children.filter(({ kind }) => kind === 'RouteInjection');
    expect(kept).toMatchObject({ spec: { env: 'alice', active: true } });
  },
);

it.each<[string, unknown]>([
  ['no spec', undefined],
  ['a text for subsets', { host: 'backend', subsets: 'x' }],
  ['nothing in place of a subset', { host: 'backend', subsets: [null] }],
])(
  'a DestinationRule with %s waits for its routes, though its injection is gone',
  (_what, spec) => {
    const now = deleted(edited('DestinationRule', (child) => ({ ...child, spec })));
    now.children = now.children.filter(({ kind }) => kind !== 'RouteInjection');
    expect(kindsOf(decide(now).children)).toEqual(['Deployment', 'DestinationRule']);
  },
);
