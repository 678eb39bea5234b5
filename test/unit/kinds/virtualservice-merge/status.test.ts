import { describe, expect, test } from '@jest/globals';
import type { VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { decorateMerge } from '../../../../src/kinds/virtualservice-merge/sync.ts';
import { withMarker } from '../../../../src/virtualservice/routes/l4-marker.ts';
import type { L4List } from '../../../../src/virtualservice/routes/lists.ts';
import type {
  MergeNote,
  MergeNoteReason,
  PlannedMerge,
  UntoldMerges,
} from '../../../../src/virtualservice/routes/merge-codec.ts';
import { merge, mergedRoutes, mergePlan, planned } from '../../../support/merges.ts';
import { at, deepFreeze, NOW, objectMap, stamp, virtualService } from '../../../support/objects.ts';

const TARGET = 'shop/backend';
const M = merge('shop/m');
const PLANNED = planned(M);
const OLD = planned(M, { generation: 1 });
const OTHER = planned(merge('shop/other'));
const SENT = { 'VirtualService.networking.istio.io/v1': {} };
const OWN = { name: 'own', route: [{ destination: { host: 'backend', subset: 'shared' } }] };

interface Here {
  plan?: readonly PlannedMerge[];
  older?: PlannedMerge[];
  untold?: UntoldMerges;
  notes?: readonly MergeNote[];
  /** Those whose routes are there. */
  rendered?: readonly PlannedMerge[];
}

function target({
  plan = [],
  older,
  untold,
  notes = [],
  rendered = [],
}: Here = {}): VirtualService {
  const more = {
    ...(older && { olderMerges: older }),
    ...(untold && { mergesUntold: untold }),
  };
  const http = [...rendered.flatMap((one) => mergedRoutes(TARGET, one)), OWN];
  const l4 = (list: L4List) => rendered.flatMap((one) => (one[list] ?? []).map(withMarker));
  const spec = { hosts: ['backend'], http, tcp: l4('tcp'), tls: l4('tls') };
  return virtualService(TARGET, spec, mergePlan(plan, notes, more));
}

const tcpRoute = (port: number) => ({
  match: [{ port }],
  route: [{ destination: { host: 'backend' } }],
});
const OLD_STREAM = planned(M, { generation: 1, http: [], tcp: [tcpRoute(1)] });
const TLS_ROUTE = {
  match: [{ sniHosts: ['backend'] }],
  route: [{ destination: { host: 'backend' } }],
};
const STREAMS = planned(M, { http: [], tcp: [tcpRoute(1), tcpRoute(2)], tls: [TLS_ROUTE] });
const UNNAMED = [{ route: [{ destination: { host: 'backend' } }] }];

const note = (reason: MergeNoteReason, generation = 2, message = `about ${reason}`): MergeNote => ({
  uid: 'u-m',
  generation,
  reason,
  message,
});

function conditionsOf(one: VirtualServiceMerge, vs: VirtualService | undefined) {
  const related = vs === undefined ? SENT : objectMap([vs]);
  const { answer } = decorateMerge(deepFreeze({ object: one, related }), NOW);
  const { conditions } = answer.status as Required<NonNullable<VirtualServiceMerge['status']>>;
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message }) => [type, [status, reason, message]]),
  );
}

const words = expect.stringContaining;

describe('Merged', () => {
  test.each<[string, VirtualServiceMerge, Here, string, string, string]>([
    [
      'planned and there',
      M,
      { plan: [PLANNED], rendered: [PLANNED] },
      'True',
      'Merged',
      '1 http route is in VirtualService shop/backend',
    ],
    [
      'not yet planned',
      M,
      {},
      'False',
      'Pending',
      'the routes are not yet planned in VirtualService shop/backend',
    ],
    [
      'one of too many',
      M,
      { untold: { count: 0, from: `${stamp(-600)} u-m` } },
      'False',
      'TooLarge',
      'VirtualService shop/backend has more merges than are looked at, .* at most 256 get in, and 1024 are checked .* Delete merges .*$',
    ],
    [
      'older than those that are too many',
      M,
      { untold: { count: 0, from: `${stamp(-600)} u-n` } },
      'False',
      'Pending',
      'the routes are not yet planned in VirtualService shop/backend$',
    ],
    [
      'one of many whose reasons have no room in the plan',
      M,
      { plan: [OLD], rendered: [OLD], untold: { count: 7, from: stamp(-700) } },
      'False',
      'Pending',
      '7 merges are left out there, and their reasons have no room .* delete merges .*; until then generation 1 .*$',
    ],
    [
      'planned, not yet there',
      M,
      { plan: [PLANNED] },
      'False',
      'Pending',
      'the routes are not yet written to VirtualService shop/backend',
    ],
    [
      'planned, not yet there, and the version before is',
      M,
      { plan: [PLANNED], older: [OLD_STREAM], rendered: [OLD_STREAM] },
      'False',
      'Pending',
      'not yet written to VirtualService shop/backend; until then generation 1 of the merge counts: 1 tcp route stays in VirtualService shop/backend',
    ],
    [
      'planned, not yet there, and the version before neither',
      M,
      { plan: [PLANNED], older: [OLD_STREAM] },
      'False',
      'Pending',
      'not yet written to VirtualService shop/backend$',
    ],
    ['a trial', M, { notes: [note('Trial')] }, 'False', 'Trial', 'about Trial'],
    [
      'refused',
      M,
      { notes: [note('Refused'), note('TakesAll')] },
      'False',
      'Refused',
      'about Refused',
    ],
    ['too large', M, { notes: [note('TooLarge')] }, 'False', 'TooLarge', 'about TooLarge'],
    [
      'a note about an older generation',
      M,
      { plan: [PLANNED], rendered: [PLANNED], notes: [note('Refused', 1)] },
      'True',
      'Merged',
      '1 http route is in',
    ],
    [
      'an older generation is there',
      M,
      { plan: [OLD], rendered: [OLD] },
      'False',
      'Pending',
      'the routes are not yet planned in VirtualService shop/backend; until then generation 1 of the merge counts: 1 http route stays in VirtualService shop/backend',
    ],
    [
      'refused, and an older generation is there',
      M,
      { plan: [OLD], rendered: [OLD], notes: [note('Refused')] },
      'False',
      'Refused',
      'about Refused; until then generation 1 of the merge counts: 1 http route stays in VirtualService shop/backend',
    ],
    [
      'not accepted',
      merge('shop/m', { target: { name: 'backend' }, patch: null as never }),
      {},
      'True',
      'Merged',
      'spec.patch has no routes, so nothing is added to VirtualService shop/backend',
    ],
    [
      'no routes, and those of before are still there',
      merge('shop/m', { patch: { http: [], hosts: [] } }),
      { plan: [OLD], rendered: [OLD] },
      'False',
      'Pending',
      'generation 1',
    ],
    [
      'an older generation is planned only',
      M,
      { plan: [OLD] },
      'False',
      'Pending',
      'planned in VirtualService shop/backend$',
    ],
    [
      'no routes, but those of another merge are there',
      merge('shop/m', { patch: {} }),
      { plan: [OTHER], rendered: [OTHER] },
      'True',
      'Merged',
      'spec.patch has no routes',
    ],
    [
      'the plan of another merge with its name',
      M,
      { plan: [planned(M, { uid: 'u-before' })], rendered: [PLANNED] },
      'False',
      'Pending',
      'not yet planned',
    ],
    [
      'two lists',
      M,
      { plan: [STREAMS], rendered: [STREAMS] },
      'True',
      'Merged',
      '2 tcp routes and 1 tls route are in VirtualService shop/backend',
    ],
    [
      'two lists of which one is there',
      M,
      { plan: [STREAMS], rendered: [{ ...STREAMS, tls: [] }] },
      'False',
      'Pending',
      'not yet written',
    ],
    [
      'an unnamed route',
      merge('shop/m', { patch: { http: UNNAMED } }),
      { plan: [planned(M, { http: UNNAMED })], rendered: [planned(M, { http: UNNAMED })] },
      'True',
      'Merged',
      '1 http route is',
    ],
    [
      'a plan of strange shape',
      M,
      {
        plan: [null as never, { ...PLANNED, http: [null as never] }, { uid: 'u-m' } as never],
        notes: 'x' as never,
      },
      'False',
      'Pending',
      'not yet planned',
    ],
  ])('%s', (_name, one, here, ...expected) => {
    const [status, reason, message] = expected;
    const text = message?.endsWith('$')
      ? expect.stringMatching(new RegExp(message))
      : words(message);
    expect(conditionsOf(one, target(here))['Merged']).toEqual([status, reason, text]);
  });

  test('a refusal is repeated, and says what stays', () => {
    const delegate = target({ plan: [OLD], rendered: [OLD] });
    const one = { ...delegate, spec: { ...delegate.spec, hosts: [] } };
    const { Merged, Accepted } = conditionsOf(M, one);
    expect(Accepted).toEqual(['False', 'TargetIsDelegate', words('it is a delegate')]);
    expect(Merged).toEqual(['False', 'NotAccepted', words('not accepted (TargetIsDelegate): ')]);
    expect(Merged?.[2]).toMatch(
      /; until then generation 1 of the merge counts: 1 http route stays in VirtualService shop\/backend$/,
    );
  });
});

describe('Accepted and TargetFound', () => {
  test('what is ignored is told', () => {
    const patch = { http: [], hosts: ['a'], gateways: ['b'], exportTo: null };
    expect(conditionsOf(merge('shop/m', { patch }), target())['Accepted']).toEqual([
      'True',
      'Accepted',
      'the merge is valid, but only http, tcp and tls are merged: spec.patch.gateways, spec.patch.hosts are ignored; remove them from the merge, or change the VirtualService itself',
    ]);
  });

  test('ten thousand ignored members with long names make a short message', () => {
    const patch = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`${'x'.repeat(100)}${i}`, 1]),
    );
    const message = conditionsOf(merge('shop/m', { patch }), target())['Accepted']?.[2];
    expect(message).toContain('9992 more are ignored');
    expect(message?.length).toBeLessThan(1500);
  });

  test('no target', () => {
    const { Accepted, TargetFound, Merged, Conflicted } = conditionsOf(
      merge('shop/m', { target: {} }),
      undefined,
    );
    expect(Accepted).toEqual(['False', 'NoTarget', words('spec.target.name is missing')]);
    expect(TargetFound).toEqual(['False', 'NoTarget', 'the merge names no VirtualService']);
    expect(Merged).toEqual(['False', 'NotAccepted', words('spec.target.name is missing')]);
    expect(Conflicted).toEqual(['False', 'NoConflict', words('no conflict')]);
  });

  test('the target does not exist', () => {
    const { Accepted, TargetFound, Merged } = conditionsOf(M, undefined);
    expect(Accepted?.[1]).toBe('Accepted');
    expect(TargetFound).toEqual(['False', 'NotFound', words('does not exist: create it')]);
    expect(Merged).toEqual([
      'False',
      'TargetNotFound',
      'VirtualService shop/backend does not exist',
    ]);
  });

  test('the target cannot be read', () => {
    const strange = { ...target(), spec: { hosts: ['a'], http: [null] } } as never;
    const { Accepted, TargetFound, Merged } = conditionsOf(M, strange);
    expect([Accepted?.[0], TargetFound?.[0]]).toEqual(['True', 'True']);
    expect(Merged).toEqual(['False', 'Pending', words('spec.http[0]: expected a map')]);
  });
});

describe('a target in another namespace', () => {
  const FROM = 'riskified.com/merge-from';
  const foreign = merge('qa/m', { target: { name: 'backend', namespace: 'shop' } });
  const plan = planned(foreign);
  const marked = (annotations: object, spec: unknown = { hosts: ['backend'], http: [OWN] }) => {
    const { metadata } = virtualService(TARGET);
    return { ...virtualService(TARGET), metadata: { ...metadata, annotations }, spec } as never;
  };

  test.each<[string, VirtualService | undefined]>([
    ['does not exist', undefined],
    ['allows none', marked({})],
    ['allows others', marked({ [FROM]: 'dev,q' })],
    ['is ignored', marked({ 'riskified.com/ignore': 'true' })],
    ['is a delegate', marked({}, { http: [OWN] })],
    ['cannot be read', marked({}, { http: [null] })],
    ['has annotations of another shape', marked([] as object)],
    ['has routes of the merge', target({ plan: [plan], notes: [note('OwnRoute')] })],
  ])('without consent the answer is the same for one that %s', (_, vs) => {
    expect(conditionsOf(foreign, vs)).toEqual({
      Accepted: [
        'False',
        'NotAllowed',
        words('there is no VirtualService shop/backend that allow'),
      ],
      TargetFound: ['Unknown', 'NotAllowed', words('whether it exists is told when it allows')],
      Merged: ['False', 'NotAccepted', words('not accepted (NotAllowed): there is no')],
      Conflicted: ['False', 'NoConflict', words('no conflict')],
    });
  });

  test('and so it is for a merge with a mistake', () => {
    const spec = { ...foreign.spec, patch: { http: [{}] } };
    const wrong = { ...foreign, spec };
    expect(conditionsOf(wrong, marked({}))).toEqual(conditionsOf(wrong, undefined));
  });

  test.each([
    ['it is there', marked({ [FROM]: 'qa' }), 'True', 'True', 'planned'],
    ['it cannot be read', marked({ [FROM]: '*' }, { http: [null] }), 'True', 'True', 'cannot be r'],
    ['it is ignored', marked({ [FROM]: '*', 'riskified.com/ignore': 'true' }), 'False', 'True', ''],
  ])('with consent it is told: %s', (_, vs, isAccepted, isFound, message) => {
    const { Accepted, TargetFound, Merged } = conditionsOf(foreign, vs);
    expect([Accepted?.[0], TargetFound?.[0]]).toEqual([isAccepted, isFound]);
    expect(Merged?.[2]).toContain(message);
  });
});

describe('Conflicted', () => {
  test.each<[MergeNoteReason]>([['SameRoute'], ['OwnRoute'], ['TakesAll']])('%s', (reason) => {
    const here = target({ notes: [note('Trial'), note(reason, 2, 'a'), note('TakesAll', 1, 'b')] });
    expect(conditionsOf(M, here)['Conflicted']).toEqual(['True', reason, 'a; b']);
  });

  test('another merge', () => {
    const others = { ...note('SameRoute'), uid: 'u-other' };
    expect(conditionsOf(M, target({ notes: [others] }))['Conflicted']?.[0]).toBe('False');
  });
});

describe('the whole answer', () => {
  const related = objectMap([target({ plan: [PLANNED], rendered: [PLANNED] })]);

  test('label, generation, and times that change only with the status', () => {
    const first = decorateMerge({ object: M, related: SENT }, NOW).answer;
    expect(first.labels).toEqual({
      'riskified.com/target': expect.stringMatching(/^[0-9a-f]{10}$/),
    });
    const before = { ...M, status: first.status as never };
    const { status } = decorateMerge({ object: before, related }, at(60)).answer;
    const { observedGeneration, conditions } = status as Required<
      NonNullable<VirtualServiceMerge['status']>
    >;
    expect(observedGeneration).toBe(2);
    expect(conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Accepted', stamp(0)],
      ['TargetFound', stamp(60)],
      ['Merged', stamp(60)],
      ['Conflicted', stamp(0)],
    ]);
    expect(conditions.every((one) => one.observedGeneration === 2)).toBe(true);
  });

  test('if VirtualServices were not sent, the status stays', () => {
    const { answer, isKnown } = decorateMerge({ object: M, related: {} }, NOW);
    expect([isKnown, Object.keys(answer)]).toEqual([false, ['labels', 'attachments']]);
  });

  test('a merge without a target needs no VirtualServices, and loses its label', () => {
    const object = merge('shop/m', { target: {} });
    const { answer, isKnown } = decorateMerge({ object, related: {} }, NOW);
    expect([isKnown, answer.labels]).toEqual([true, { 'riskified.com/target': null }]);
    expect(answer.status).toBeDefined();
  });

  test('a merge that is being deleted keeps its status', () => {
    const object = merge('shop/m', {}, { deletionTimestamp: stamp(0) });
    expect(decorateMerge({ object, related }, NOW).answer.status).toBeUndefined();
  });

  test.each([
    undefined,
    null,
    'x',
    [],
    {},
    { conditions: 'x' },
    { conditions: [null] },
    { conditions: [{ type: 'Merged', status: 'True', lastTransitionTime: 3 }] },
  ])('a present status that cannot be read does not matter: %j', (status) => {
    const object = { ...M, status } as never;
    const { conditions } = decorateMerge({ object, related }, NOW).answer.status as Required<
      NonNullable<VirtualServiceMerge['status']>
    >;
    expect(conditions.map((one) => one.lastTransitionTime)).toEqual(Array(4).fill(stamp(0)));
  });
});
