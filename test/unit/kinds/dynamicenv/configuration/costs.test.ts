import { expect, it } from '@jest/globals';
import { costs } from '../../../../../src/kinds/dynamicenv/configuration/costs.ts';
import { layered } from '../../../../../src/overlay/layered.ts';
import { reading } from '../../../../support/configuration.ts';

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
])('%s', (_, found, all, expected) => {
  const [message, ...more] = costs(found, all);
  expect(more).toEqual([]);
  if (expected === undefined) expect(message).toBeUndefined();
  else expect(message).toMatch(expected);
});
