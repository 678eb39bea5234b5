import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { patchProblems } from '../../src/istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../src/istio/merged-routes/target-problems.ts';
import { wantedRoutes } from '../../src/kinds/virtual-environment/routes.ts';
import { serviceOptions } from '../../src/kinds/virtual-environment/service-options.ts';
import { ENVOY } from '../support/merged-routes/envoy.ts';
import { ISTIOD } from '../support/merged-routes/istiod.ts';
import { mutated } from '../support/merged-routes/mutate.ts';
import { SCHEMA } from '../support/merged-routes/schema.ts';
import { VALID } from '../support/merged-routes/valid.ts';
import { RULES, routesInput } from '../support/virtual-environment.ts';

const ROWS = [...VALID, ...SCHEMA, ...ISTIOD, ...ENVOY];
const SETTINGS = { clusterDomain: 'cluster.local', allowedHosts: ['*'] };
const PREFIX = 'kt-virtual-environment';

function optionsOf(annotations: Record<string, string>) {
  const metadata = { name: 'app-js', namespace: 'default', annotations };
  return serviceOptions({ apiVersion: 'v1', kind: 'Service', metadata }, RULES, SETTINGS);
}

/** Whatever the annotations are, the routes are such that istiod and Envoy accept them. */
function check(annotations: Record<string, string>): void {
  const options = optionsOf(annotations);
  const given = { versions: ['a', 'a.b'], callers: ['a'], ports: [80, 81], options };
  const { http } = wantedRoutes(routesInput(given));
  const hosts = ['app-js', ...options.hosts];
  const gateways = ['mesh', ...options.gateways];
  expect(patchProblems({ http })).toEqual([]);
  expect(targetProblems({ http }, { hosts, gateways })).toEqual([]);
  for (const { name, route } of http) {
    expect(name).toBeUndefined();
    expect(route?.map(({ destination: { host } }) => host)).toEqual(['app-js']);
  }
}

describe('the annotations of a Service', () => {
  it('give routes that are accepted, whatever the rule is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROWS), fc.boolean(), fc.gen(), (row, isAtGateway, gen) => {
        const choose = (below: number) => gen(fc.nat, { max: Math.max(below - 1, 0) });
        const { patch } = mutated(row, VALID, choose);
        const [rule] = Array.isArray(patch.http) ? patch.http : [patch.http];
        check({
          [`${PREFIX}/rule`]: JSON.stringify(rule ?? null),
          ...(isAtGateway ? { [`${PREFIX}/gateways`]: 'gw' } : {}),
        });
      }),
      { numRuns: 200 },
    );
  });

  it('give routes that are accepted, whatever the texts are', () => {
    const text = fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' }));
    const names = fc.constantFrom('rule', 'hosts', 'gateways').map((name) => `${PREFIX}/${name}`);
    fc.assert(fc.property(fc.dictionary(names, text), check), { numRuns: 200 });
  });

  it('let most valid rules be as they are', () => {
    const refused = VALID.filter(({ patch: { http } }) => {
      const [rule] = (http as object[] | undefined) ?? [{}];
      return optionsOf({ [`${PREFIX}/rule`]: JSON.stringify(rule) }).rule === undefined;
    });
    expect(refused.length).toBeLessThan(VALID.length / 4);
  });
});
