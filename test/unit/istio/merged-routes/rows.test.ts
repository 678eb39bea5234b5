import { describe, expect, it } from '@jest/globals';
import { patchProblems } from '../../../../src/istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../../../src/istio/merged-routes/target-problems.ts';
import { ENVOY } from '../../../support/merged-routes/envoy.ts';
import { ISTIOD } from '../../../support/merged-routes/istiod.ts';
import { OWN, type Row } from '../../../support/merged-routes/row.ts';
import { SCHEMA } from '../../../support/merged-routes/schema.ts';
import { STRICTER } from '../../../support/merged-routes/stricter.ts';
import { VALID } from '../../../support/merged-routes/valid.ts';

/** As the mesh suite judges them: test/mesh/accepts-merges. */
function problemsOf({ patch, hosts = [OWN], gateways }: Row) {
  const isL4 = patch.tcp !== undefined || patch.tls !== undefined;
  const target = { hosts, gateways: gateways ?? (isL4 ? [] : ['truth/gw']) };
  return [...patchProblems(patch), ...targetProblems(patch, target)];
}

const named = (rows: readonly Row[]) => rows.map((row) => [row.name, row] as const);

describe('routes of merges that are accepted', () => {
  it.each(named(VALID))('%s', (_name, row) => {
    expect(problemsOf(row)).toEqual([]);
  });
});

describe.each([
  ['the schema', SCHEMA],
  ['istiod', ISTIOD],
  ['Envoy', ENVOY],
  ['nobody else', STRICTER],
])('routes of merges that are refused as %s refuses them', (_name, rows) => {
  it.each(named(rows))('%s', (_row, row) => {
    const problems = problemsOf(row);
    expect(problems.length).toBeGreaterThan(0);
    for (const { field, message } of problems) {
      expect(field).toMatch(/^(?:patch$|(?:http|tcp|tls)(?:$|\[))/);
      expect(message).not.toBe('');
    }
  });
});
