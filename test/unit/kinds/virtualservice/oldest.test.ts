import { expect, test } from '@jest/globals';
import { MAX_INJECTIONS, oldestInjections } from '../../../../src/kinds/virtualservice/oldest.ts';
import { injection } from '../../../support/objects.ts';

const made = (count: number) =>
  Array.from({ length: count }, (_, place) => {
    const one = injection();
    const name = `env-${place}`;
    const envCreationTimestamp = new Date(1_800_000_000_000 - place * 1000).toISOString();
    const metadata = { ...one.metadata, name };
    return { ...one, metadata, spec: { ...one.spec, env: name, envCreationTimestamp } };
  });

test('all are kept in order if there are not too many', () => {
  const all = made(MAX_INJECTIONS);
  expect(oldestInjections(all)).toBe(all);
});

test('if there are more, those of the oldest envs are kept', () => {
  const all = made(MAX_INJECTIONS + 2);
  const left = oldestInjections(all);
  expect(left).toHaveLength(MAX_INJECTIONS);
  expect(left.map(({ spec }) => spec.env)).not.toContain('env-0');
  expect(left.map(({ spec }) => spec.env)).not.toContain('env-1');
});
