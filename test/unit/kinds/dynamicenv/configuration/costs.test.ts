import { expect, it } from '@jest/globals';
import { costs } from '../../../../../src/kinds/dynamicenv/configuration/costs.ts';
import type { Candidate } from '../../../../../src/kinds/dynamicenv/configuration/scope.ts';
import { layered } from '../../../../../src/overlay/layered.ts';
import type { Layered } from '../../../../../src/overlay/types.ts';
import { reading } from '../../../../support/configuration.ts';
import { service } from '../../../../support/objects.ts';

const vars = (count: number, bytes: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`V${at}`.padEnd(8, '_'), 'x'.repeat(bytes - 8)]),
  );
const layers = (count: number, bytes: number) =>
  layered([{ name: 'qa', vars: vars(count, bytes) }]);
const candidates = (count: number, names: number, name: (at: number) => string) => {
  const env = Array.from({ length: names }, (_, at) => ({ name: name(at), value: '' }));
  const object = reading('shop/cart', { env });
  return Array.from({ length: count }, () => ({
    kind: 'Deployment' as const,
    object,
    key: 'shop/cart',
    isConsumerAllowed: false,
  }));
};
const unread = (at: number) => `U${at}`;
/** One Deployment whose containers read by `envFrom` what its annotation names. */
const annotated = (containers: number, names: number, name: (at: number) => string) => {
  const object = reading('shop/cart');
  const envFrom = [{ secretRef: { name: 's' } }];
  object.metadata.annotations = {
    'riskified.com/variables': Array.from({ length: names }, (_, at) => name(at)).join(','),
  };
  object.spec.template.spec = {
    containers: Array.from({ length: containers }, (_, at) => ({ name: `c${at}`, envFrom })),
  };
  return [{ kind: 'Deployment' as const, object, key: 'shop/cart', isConsumerAllowed: false }];
};

it.each([
  ['a usual env', candidates(200, 50, unread), layers(100, 100), undefined],
  ['layers of a megabyte', [], layers(64, 16_384), undefined],
  ['layers of more', [], layers(65, 16_384), /^the configuration has 1064960 bytes/],
  ['200,000 lookups', candidates(1000, 199, unread), layers(1, 100), undefined],
  [
    'more lookups',
    candidates(1001, 199, unread),
    layers(1, 100),
    /^spec\.scope: 1001 workloads with 200200/,
  ],
  ['32 MiB to set', candidates(32, 1, () => 'V0______'), layers(64, 16_384), undefined],
  [
    'more to set',
    candidates(33, 1, () => 'V0______'),
    layers(64, 16_384),
    /^spec\.scope: 33 workloads/,
  ],
  ['as many that read none of it', candidates(33, 1, unread), layers(64, 16_384), undefined],
  [
    'names in an annotation that no layer has',
    annotated(1000, 1000, unread),
    layers(10, 100),
    undefined,
  ],
  [
    'names in an annotation that each container may read',
    annotated(10_000, 10, (at) => `V${at}`.padEnd(8, '_')),
    layers(10, 100),
    /^spec\.scope: 1 workloads with 210000/,
  ],
  [
    'more to set by an annotation',
    annotated(33, 1, () => 'V0______'),
    layers(64, 16_384),
    /^spec\.scope: 1 workloads/,
  ],
  ['400,000 Services', candidates(400, 1, () => 'V0______'), layers(1, 100), undefined, 1000],
  [
    'more Services',
    candidates(401, 1, () => 'V0______'),
    layers(1, 100),
    /^spec\.scope: the 401 workloads have labels that too many Services select/,
    1000,
  ],
  ['as many that nobody asks', candidates(401, 1, unread), layers(1, 100), undefined, 1000],
] satisfies [string, Candidate[], Layered, RegExp | undefined, number?][])(
  '%s',
  (_, found, all, expected, services = 0) => {
    const asking = Array.from({ length: services }, (_one, at) => service(`shop/s${at}`));
    const [message, ...more] = costs(found, all, { servicesAskingFor: () => asking });
    expect(more).toEqual([]);
    if (expected === undefined) expect(message).toBeUndefined();
    else expect(message).toMatch(expected);
  },
);
