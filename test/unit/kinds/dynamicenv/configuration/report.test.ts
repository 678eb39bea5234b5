import { describe, expect, it } from '@jest/globals';
import type { Configuration } from '../../../../../src/kinds/dynamicenv/configuration/configuration.ts';
import {
  blockedText,
  configurationStatus,
} from '../../../../../src/kinds/dynamicenv/configuration/report.ts';
import type { WorkloadPlan } from '../../../../../src/kinds/dynamicenv/plan/workload-plan.ts';

const NOTHING: Configuration = {
  named: [],
  empty: [],
  workloads: [],
  blocked: [],
  notCloned: [],
  shared: [],
  overlays: [],
};
const long = 'n'.repeat(250);
const many = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));
const cloned = (key: string) => ({ key, isDerived: true }) as WorkloadPlan;
const overlay = (count: number, warnings: string[] = []) => ({
  containers: [],
  differences: many(count, (at) => ({ container: 'main', variable: `V${at}`, layer: 'qa' })),
  overridden: [],
  warnings,
});

describe('configurationStatus', () => {
  it('has lists without items left out', () => {
    const status = configurationStatus(NOTHING, { plans: [], blocked: [] }, true);
    expect(status).toEqual({ unique: [], shared: 0 });
    expect(configurationStatus(NOTHING, { plans: [], blocked: [] }, false)).toEqual({});
  });

  it('sorts, and counts what it does not list', () => {
    const overlays = [
      { key: 'shop/b', overlay: overlay(90, ['is odd']) },
      { key: 'shop/a', overlay: overlay(30) },
    ];
    const status = configurationStatus(
      { ...NOTHING, empty: ['spec.scope[1] selects nothing'], overlays },
      {
        plans: [cloned('shop/b'), cloned('shop/a'), { key: 'shop/c' } as WorkloadPlan],
        blocked: [
          { workload: 'Deployment shop/z', message: 'x'.repeat(600) },
          { workload: 'Deployment shop/y', message: 'no' },
        ],
      },
      true,
    );
    expect(status.unique).toEqual(['shop/a', 'shop/b']);
    expect(status.blocked?.map(({ workload }) => workload)).toEqual([
      'Deployment shop/y',
      'Deployment shop/z',
    ]);
    expect(status.blocked?.[1]?.message).toHaveLength(512 + '… (88 more characters)'.length);
    expect(status.differences).toHaveLength(100);
    expect(status.differences?.[0]?.workload).toBe('shop/a');
    expect(status.more).toBe(20);
    expect(status.warnings).toEqual(['spec.scope[1] selects nothing', 'shop/b: is odd']);
  });

  it('names a variable of several containers once', () => {
    const twice = {
      ...overlay(1),
      differences: [...overlay(1).differences, ...overlay(1).differences],
    };
    const { differences } = configurationStatus(
      { ...NOTHING, overlays: [{ key: 'shop/a', overlay: twice }] },
      { plans: [], blocked: [] },
      true,
    );
    expect(differences).toEqual([{ workload: 'shop/a', variable: 'V0', layer: 'qa' }]);
  });

  it('stays below 32 KiB', () => {
    const blocked = many(500, (at) => ({ workload: `Deployment ${long}/${at}`, message: long }));
    const overlays = many(100, (at) => ({ key: `${long}/${at}`, overlay: overlay(10, [long]) }));
    const status = configurationStatus(
      { ...NOTHING, overlays, notCloned: blocked },
      { plans: many(100, (at) => cloned(`${long}/${at}`)), blocked },
      true,
    );
    expect(JSON.stringify(status).length).toBeLessThan(33 * 1024);
    // Names of clones come before what is said of others.
    expect(status.unique).toHaveLength(64);
    expect(status.blocked).toHaveLength(30);
    expect(status.more).toBe(1000);
  });
});

it('the message names few of what is blocked, and says where the others are', () => {
  expect(blockedText([])).toBeUndefined();
  const blocked = many(5, (at) => ({ workload: `StatefulSet shop/${at}`, message: 'no' }));
  expect(blockedText(blocked)).toBe(
    'the configuration changes workloads that cannot be cloned now, so no further routes come; StatefulSet shop/0: no; StatefulSet shop/1: no; StatefulSet shop/2: no; and 2 more (see status.configuration.blocked); or set spec.allowPartial to true: their requests then meet the shared configuration',
  );
});
