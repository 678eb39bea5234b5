import { describe, expect, it } from '@jest/globals';
import type { DestinationRule, Subset } from '../../../../../src/istio/types.ts';
import { ofBase } from '../../../../../src/kinds/dynamicenv/plan/base-labels.ts';
import { exposedSubsets } from '../../../../../src/kinds/dynamicenv/plan/exposed.ts';
import { deepFreeze, rule, subset } from '../../../../support/objects.ts';

const told = (podLabels: Record<string, string>, ...rules: DestinationRule[]) =>
  toldOf('shared', podLabels, ...rules);
const toldOf = (
  version: string | undefined,
  podLabels: Record<string, string>,
  ...rules: DestinationRule[]
) => {
  const baseLabels = { app: 'backend', ...(version === undefined ? {} : { version }) };
  return exposedSubsets(deepFreeze(rules), {
    clone: { app: 'backend', version: 'alice', ...podLabels },
    podLabels,
    isOfBase: ofBase(baseLabels),
    versionLabel: 'version',
    baseLabels,
    defaultVersion: 'shared',
  });
};
const asking = (name: string, labels?: Record<string, string>): Subset =>
  labels === undefined ? { name } : subset(name, { labels });
const ADD = (name: string, of = 'shop/backend') =>
  `add the label version: shared to subset ${name} of DestinationRule ${of}`;

describe('exposedSubsets', () => {
  it.each<[string, Subset, string | undefined]>([
    ['the base’s', asking('a', { app: 'backend', version: 'shared' }), undefined],
    ['of another version', asking('a', { app: 'backend', version: 'bob' }), undefined],
    ['of other pods', asking('a', { app: 'web' }), undefined],
    ['without the version', asking('a', { app: 'backend' }), ADD('a')],
    ['with no labels', asking('a', {}), ADD('a')],
    ['without any', asking('a'), ADD('a')],
  ])('%s', (_what, one, remedy) => {
    const found = told({}, rule('shop/backend', { subsets: [one] }));
    expect(found).toEqual(remedy === undefined ? [] : [{ subset: 'a', remedy }]);
  });

  it.each([
    ['that is not the env’s', 'v1', 'version: v1 to subset a of DestinationRule shop/backend'],
    [
      'that the pods do not have yet',
      undefined,
      "version: shared to subset a of DestinationRule shop/backend, once the base's pods have it",
    ],
  ])('advise the version of the base’s pods, one %s', (_what, version, asked) => {
    const one = rule('shop/backend', { subsets: [asking('a', { app: 'backend' })] });
    expect(toldOf(version, {}, one)).toEqual([{ subset: 'a', remedy: `add the label ${asked}` }]);
  });

  it('are sorted and listed once; only the first rule is named', () => {
    const [b, a] = [asking('b', {}), asking('a', {})];
    const rules = [rule('shop/backend', { subsets: [b, a] }), rule('mesh/all', { subsets: [a] })];
    expect(told({}, ...rules)).toEqual([
      { subset: 'a', remedy: ADD('a') },
      { subset: 'b', remedy: ADD('b') },
    ]);
  });

  it('of another Deployment that podLabels match are left as they are', () => {
    const one = rule('shop/backend', {
      subsets: [asking('dev', { app: 'backend', track: 'dev' })],
    });
    expect(told({ track: 'dev' }, one)).toEqual([
      {
        subset: 'dev',
        remedy:
          "take track out of podLabels, or add a label to subset dev of DestinationRule shop/backend that the clone's pods lack",
      },
    ]);
  });

  it('are at most a hundred', () => {
    const many = Array.from({ length: 101 }, (_, index) => asking(`s${index}`, {}));
    expect(told({}, rule('shop/backend', { subsets: many }))).toHaveLength(100);
  });

  it('may have the names of properties of Object', () => {
    const one = rule('shop/backend', { subsets: [asking('a', { constructor: 'x' })] });
    expect(told({}, one)).toEqual([]);
  });
});
