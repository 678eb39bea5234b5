import { describe, expect, it } from '@jest/globals';
import type { DynamicEnvSpec } from '../../../../../src/api/dynamicenv.ts';
import type { Refusal } from '../../../../../src/crd/refusal.ts';
import type { ObjectMap } from '../../../../../src/hooks/types.ts';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import { removalBlocker, syncBlocker } from '../../../../../src/kinds/dynamicenv/checks/order.ts';
import { gather } from '../../../../../src/kinds/dynamicenv/gather.ts';
import {
  at,
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  rule,
  service,
  virtualService,
} from '../../../../support/objects.ts';
import { childrenMap, relatedMap } from '../../../../support/sent.ts';

interface Given {
  refusals: Refusal[];
  objects: KubeObject[];
  /** Groups of related objects that are missing from the request. */
  without: string[];
  annotations: Record<string, string>;
  spec: Partial<DynamicEnvSpec>;
}

const VIRTUAL_SERVICES = 'VirtualService.networking.istio.io/v1';
const MESH = [
  deployment('shop/backend'),
  service('shop/backend'),
  rule('shop/backend'),
  virtualService('shop/backend'),
];

function inputOf({
  refusals = [],
  objects = [],
  without = [],
  annotations = {},
  spec = {},
}: Partial<Given>) {
  const env = dynamicEnv(spec);
  const own = { ...env, metadata: { ...env.metadata, annotations } };
  const related: ObjectMap = relatedMap(env, CONFIG, [...MESH, ...objects]);
  const sent = Object.entries(related).filter(([key]) => !without.includes(key));
  const request = { env: own, children: childrenMap([]), related: Object.fromEntries(sent) };
  return gather(deepFreeze(request), refusals, CONFIG, at(0));
}

const broken = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'broken', namespace: 'shop' },
  spec: { http: 'none' },
} as KubeObject;

/** One problem for each check, in the order of the checks. */
const TROUBLES: [string, Partial<Given>, RegExp][] = [
  [
    'InvalidSpec',
    { refusals: [{ reason: 'Invalid', path: 'spec.x', message: 'is wrong' }] },
    /^spec\.x: is wrong$/,
  ],
  ['NotSent', { without: ['StatefulSet.apps/v1'] }, /^related objects StatefulSet\.apps\/v1 were/],
  ['Unreadable', { objects: [broken] }, /^VirtualService shop\/broken/],
  [
    'NoMeshIndex',
    { objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bank' } }] },
    /^MeshIndex bank\/mesh-index, through which/,
  ],
  [
    'ConfigurationUnreadable',
    { spec: { environment: 'gone' } },
    /^spec\.environment: Environment gone does not exist/,
  ],
  [
    'TooLarge',
    {
      objects: Array.from({ length: 64 }, (_, index) =>
        service(`shop/s${index}`, { app: 'backend' }),
      ),
    },
    /^65 Services send to/,
  ],
  [
    'InvalidSpec',
    {
      objects: [
        rule('shop/taken', {
          host: 'backend',
          subsets: [{ name: 'backend-alice', labels: { version: 'x' } }],
        }),
      ],
    },
    /^metadata\.name: DestinationRule shop\/taken already has a subset for alice/,
  ],
];

function joined(troubles: typeof TROUBLES): Partial<Given> {
  const given = troubles.map(([, one]) => one);
  return {
    refusals: given.flatMap(({ refusals = [] }) => refusals),
    objects: given.flatMap(({ objects = [] }) => objects),
    without: given.flatMap(({ without = [] }) => without),
    spec: Object.assign({}, ...given.map(({ spec }) => spec)),
  };
}

describe('what blocks a living env', () => {
  it.each(TROUBLES.map((trouble, place) => [place, ...trouble] as const))(
    'check %s, %s, comes before the later ones',
    (place, reason, _given, message) => {
      const found = syncBlocker(inputOf(joined(TROUBLES.slice(place))));
      expect(found).toMatchObject({ reason, messages: [expect.stringMatching(message)] });
    },
  );

  it('is undefined if there is no problem', () => {
    expect(syncBlocker(inputOf({}))).toBeUndefined();
  });
});

describe('what blocks a removal', () => {
  const unseen = { without: [VIRTUAL_SERVICES] };

  it.each<[string, Partial<Given>, string | undefined]>([
    ['VirtualServices that were not sent', unseen, 'NotSent'],
    ['a VirtualService that cannot be read', { objects: [broken] }, 'Unreadable'],
    ['nothing else', joined(TROUBLES.filter(([reason]) => reason !== 'Unreadable')), undefined],
    [
      'nothing at all, if the user forces the removal',
      { ...unseen, annotations: { 'riskified.com/force-removal': 'true' } },
      undefined,
    ],
  ])('%s', (_what, given, reason) => {
    expect(removalBlocker(inputOf(given))?.reason).toBe(reason);
  });
});
