import { describe, expect, it } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');

const many = (count: number) => Array.from({ length: count }, (_, at) => `r${at}`);
const map = (count: number, value: unknown) =>
  Object.fromEntries(many(count).map((key) => [key, value]));

function errors(container: object) {
  const subset = {
    name: 'backend',
    namespace: 'shop',
    containers: [{ image: 'a:1', ...container }],
  };
  return validator.specErrors(dynamicEnv({ subsets: [subset] } as never) as never);
}

describe('lists and maps', () => {
  it('without a limit of their own may have any number of members', () => {
    expect(errors({ args: many(4096) })).toEqual([]);
    expect(errors({ args: many(4097) })).toEqual([
      {
        reason: 'Invalid',
        path: 'spec.subsets[0].containers[0].args',
        message: 'must have at most 4096 items: take some out',
      },
    ]);
  });

  it('with too many members give only this error; errors in members are reported once the list is shorter', () => {
    const wrong = errors({ resources: { limits: map(5000, 'much') }, command: [7] });
    expect(wrong).toEqual([
      {
        reason: 'Invalid',
        path: 'spec.subsets[0].containers[0].resources.limits',
        message: 'must have at most 4096 keys: take some out',
      },
    ]);
  });
});

describe('errors', () => {
  it.each([
    [16, 16],
    [17, 17],
    [18, 17],
    [4000, 17],
  ])('of %d wrong values: only %d are reported', (count, told) => {
    const found = errors({ resources: { limits: map(count, 'much') } });
    expect(found).toHaveLength(told);
    const last = `and ${count - 16} more; correct these first`;
    expect(found.at(-1)?.message === last).toBe(count > 17);
  });
});
