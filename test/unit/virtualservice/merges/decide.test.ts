import { describe, expect, test } from '@jest/globals';
import type { VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { canonicalJson } from '../../../../src/k8s/canonical.ts';
import { hash10 } from '../../../../src/k8s/hash.ts';
import { decideMerges } from '../../../../src/virtualservice/merges/decide.ts';
import { roomOf } from '../../../../src/virtualservice/plan/room.ts';
import { versionKey } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { EMPTY_PLAN, type Plan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { merge, planned } from '../../../support/merges.ts';
import { NOW, virtualService } from '../../../support/objects.ts';

const target = (spec: object = {}, annotations: Record<string, string> = {}) =>
  virtualService(
    'shop/backend',
    { hosts: ['backend'], http: [], ...spec },
    { annotations },
  ) as VirtualService;

function decided(merges: VirtualServiceMerge[], vs = target(), present?: Plan) {
  const room = roomOf(withoutOurs(vs), undefined);
  return decideMerges(vs, { merges, unknownGroups: [] }, room, present, NOW).fields;
}
const at = (hour: number) => ({
  creationTimestamp: `2025-12-31T${String(hour).padStart(2, '0')}:00:00Z`,
});
const stream = (subnets: string[], port?: number) => ({
  match: [{ destinationSubnets: subnets, ...(port === undefined ? {} : { port }) }],
  route: [{ destination: { host: 'backend' } }],
});
const tcp = (name: string, hour: number, ...routes: ReturnType<typeof stream>[]) =>
  merge(`shop/${name}`, { patch: { tcp: routes } }, at(hour));

describe('streams with which proxies refuse the listener', () => {
  test('of a merge and its target: the merge is not tried', () => {
    const own = target({ tcp: [stream(['10.0.0.0/8'], 1)] });
    expect(decided([tcp('a', 1, stream(['10.0.0.0/8']))], own).mergeTrial).toBeUndefined();
    expect(decided([tcp('a', 1, stream(['10.0.0.0/8'], 2))], own).mergeTrial).toBeDefined();
  });

  test('of two merges: the younger one is not tried, and its status says so', () => {
    const { mergeTrial, mergeNotes } = decided([
      tcp('b', 2, stream(['10.0.0.0/8', '10.1.0.0/16'])),
      tcp('a', 1, stream(['10.1.0.0/16'])),
      tcp('c', 3, stream(['10.2.0.0/16'])),
    ]);
    expect(mergeTrial?.versions).toEqual(['u-a@2', 'u-c@2']);
    const told = mergeNotes?.find(({ uid }) => uid === 'u-b');
    expect([told?.reason, told?.message]).toEqual([
      'Overlap',
      expect.stringContaining('its tcp routes and those of another merge'),
    ]);
  });

  test('of two merges at gateways: both are tried', () => {
    const atGateway = target({ gateways: ['edge'] });
    const two = [tcp('a', 1, stream(['10.0.0.0/8'])), tcp('b', 2, stream(['10.0.0.0/8'], 1))];
    expect(decided(two, atGateway).mergeTrial?.versions).toHaveLength(2);
  });
});

test('a newer version that overlaps with an older one that stays beside it waits, and its own older one stays', () => {
  const [a, b] = [
    tcp('a', 1, stream(['12.0.0.0/8'])),
    tcp('b', 2, stream(['10.0.0.0/8', '10.1.0.0/16'])),
  ];
  const before = (one: VirtualServiceMerge, subnets: string[]) =>
    planned(one, { generation: 1, tcp: [stream(subnets)] });
  const present: Plan = {
    ...EMPTY_PLAN,
    merges: [before(a, ['10.1.0.0/16']), before(b, ['11.0.0.0/8'])],
    refusedMerges: [{ version: 'u-a@2', at: NOW.toISOString(), times: 1, target: 'x' }],
    mergeTrial: { versions: ['u-b@2'], at: NOW.toISOString(), times: 1 },
  };
  const vs = target();
  const { spec } = withoutOurs(vs);
  const [refused] = present.refusedMerges ?? [];
  const { merges, mergeNotes } = decided([a, b], vs, {
    ...present,
    refusedMerges: refused ? [{ ...refused, target: hash10(canonicalJson(spec)) }] : [],
  });
  expect(merges?.map(versionKey)).toEqual(['u-a@1', 'u-b@1']);
  expect(mergeNotes?.find(({ uid }) => uid === 'u-b')?.reason).toBe('Overlap');
});

describe('merges whose regexes are together too costly', () => {
  const costly = (index: number) =>
    merge(
      `shop/m${index}`,
      { patch: { http: [1, 2, 3].map((one) => matching(`a${index}x${one}.{400}`)) } },
      at(index),
    );
  const matching = (regex: string) => ({
    match: [{ uri: { regex } }],
    route: [{ destination: { host: 'backend' } }],
  });

  test('only the first get in, and the others are told', () => {
    const { mergeTrial, mergeNotes } = decided([4, 3, 2, 1].map(costly));
    const tried = mergeTrial?.versions ?? [];
    expect(tried[0]).toBe('u-m1@2');
    expect(tried.length).toBeLessThan(4);
    const told = mergeNotes?.find(({ uid }) => uid === 'u-m4');
    expect([told?.reason, told?.message]).toEqual([
      'TooLarge',
      expect.stringContaining('too costly for every proxy'),
    ]);
  });

  test('hundreds of them take no long time', () => {
    const before = process.threadCpuUsage().user;
    decided(Array.from({ length: 250 }, (_, index) => costly(1000 + index)));
    expect((process.threadCpuUsage().user - before) / 1000).toBeLessThan(1000);
  });
});

test('invalid merges and those without routes take no place from others', () => {
  const idle = Array.from({ length: 300 }, (_, index) =>
    merge(`shop/i${index}`, { patch: index % 2 === 0 ? {} : { http: 'x' } }, at(1)),
  );
  expect(decided([...idle, merge('shop/good', {}, at(2))]).mergeTrial?.versions).toEqual([
    'u-good@2',
  ]);
});

test('more merges than are looked at: the plan says from which one on, and how many others have no note', () => {
  const name = (index: number) => `m${String(index).padStart(4, '0')}`;
  const many = Array.from({ length: 1200 }, (_, index) =>
    merge(`shop/${name(index)}`, index < 1000 ? { patch: { http: 'x' } } : {}, at(1)),
  );
  const { from } = decided(many).mergesUntold ?? {};
  // 1000 of the 1024 are invalid.
  expect(from).toBe('2025-12-31T01:00:00Z u-m1024');
  const good = many.slice(0, 300).map((_, index) => merge(`shop/${name(index)}`, {}, at(1)));
  const { mergeTrial, mergeNotes = [], mergesUntold } = decided(good.toReversed());
  expect(mergesUntold?.from).toBe('2025-12-31T01:00:00Z u-m0256');
  const tooLarge = mergeNotes.filter(({ reason }) => reason === 'TooLarge').length;
  const tried = mergeTrial?.versions.length ?? 0;
  expect(mergesUntold?.count).toBe(256 - tried - tooLarge);
  expect(decided(good.slice(0, 20)).mergesUntold).toBeUndefined();
});

test('thousands of merges and a long list of allowed namespaces take no long time', () => {
  const annotations = { 'riskified.com/merge-from': ', a'.repeat(80_000) };
  const merges = Array.from({ length: 5000 }, (_, index) =>
    merge(`n${index}/m${index}`, { target: { name: 'backend', namespace: 'shop' } }),
  );
  const before = process.threadCpuUsage().user;
  expect(decided(merges, target({}, annotations))).toEqual({});
  expect((process.threadCpuUsage().user - before) / 1000).toBeLessThan(1000);
});
