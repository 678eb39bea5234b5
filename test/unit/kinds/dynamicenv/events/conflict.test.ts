import { expect, test } from '@jest/globals';
import type { Subscriber } from '../../../../../src/api/subscriber.ts';
import { conflictOf } from '../../../../../src/kinds/dynamicenv/events/conflict.ts';
import { stamp } from '../../../../support/objects.ts';
import { subscriber } from '../../../../support/subscribers.ts';

const made = (env: string, age: number, spec = {}) =>
  subscriber('Joining', {}, { creationTimestamp: stamp(-age), spec }, env);
const own = made('alice', 60);

test.each<[string, Subscriber | undefined, Subscriber[], string | undefined]>([
  ['nobody else', own, [own], undefined],
  ['nobody at all', undefined, [], undefined],
  ['an older one', own, [own, made('bob', 61)], 'bob'],
  ['a younger one', own, [made('bob', 59), own], undefined],
  ['of the same second, with a later name', own, [own, made('bob', 60)], undefined],
  ['of the same second, with an earlier name', made('bob', 60), [own], 'alice'],
  ['a younger one, and we have none yet', undefined, [made('bob', 1)], 'bob'],
  ['of two the oldest is named', undefined, [made('bob', 1), made('carol', 2)], 'carol'],
  ['another ref', undefined, [made('bob', 61, { ref: 'mp-1012' })], undefined],
  ['another workload', undefined, [made('bob', 61, { workload: 'shop/invoices' })], undefined],
])('%s', (_what, mine, all, winner) => {
  const env = mine?.metadata.annotations?.['riskified.com/dynamic-environment'] ?? 'alice';
  const { name } = subscriber('Joining', {}, {}, env).metadata;
  const said = conflictOf({ workload: 'shop/orders', ref: 'mp-101', name }, mine, all);
  if (winner === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(`DynamicEnv ${winner} handles the messages of ref mp-101 for`);
});
