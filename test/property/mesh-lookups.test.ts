import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { hiddenRules } from '../../src/istio/hidden-rules.ts';
import { byText } from '../../src/k8s/canonical.ts';
import { baseRules, rulesFor } from '../../src/kinds/dynamicenv/plan/destination-rules.ts';
import { cloneOnlyServices, servicesOf } from '../../src/kinds/dynamicenv/plan/services.ts';
import { rulesByHost, servicesByLabel } from '../../src/mesh/lookups.ts';
import { rule, service } from '../support/objects.ts';

const DOMAIN = 'cluster.local';
const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'version'), fc.constantFrom('a', 'b'));
const services = fc
  .array(labels, { maxLength: 8 })
  .map((selectors) => selectors.map((selector, at) => service(`shop/s${at}`, selector)));
const host = fc.constantFrom(
  'a',
  'b',
  'a.shop',
  'a.shop.svc.cluster.local',
  '*.cluster.local',
  '*',
);
/** Sorted by namespace and name, as in the mesh view. */
const rules = fc
  .array(
    fc.record({
      host,
      namespace: fc.constantFrom('shop', 'bank'),
      exportTo: fc.constantFrom<string[]>([], ['.'], ['bank'], ['*']),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all
      .toSorted((a, b) => byText(a.namespace, b.namespace))
      .map((one, at) =>
        rule(`${one.namespace}/r${at}`, { host: one.host, exportTo: one.exportTo }),
      ),
  );
const asked = fc.constantFrom('a.shop.svc.cluster.local', 'b.bank.svc.cluster.local');

describe('the objects of a namespace that concern a workload', () => {
  it('include every Service that matters, in the same order', () => {
    fc.assert(
      fc.property(services, labels, labels, (all, base, clone) => {
        const few = servicesByLabel(all)([base, clone]);
        expect(servicesOf(few, base, clone, DOMAIN)).toEqual(servicesOf(all, base, clone, DOMAIN));
        expect(cloneOnlyServices(few, base, clone)).toEqual(cloneOnlyServices(all, base, clone));
      }),
      { numRuns: 500 },
    );
  });

  it('include every DestinationRule that matters, in the same order', () => {
    const scope = {
      clusterDomain: DOMAIN,
      versionLabel: 'version',
      defaultVersion: 'shared',
      ruleNamespaces: ['*'],
      isOfBase: () => true,
    };
    fc.assert(
      fc.property(rules, asked, (all, wanted) => {
        const few = rulesByHost(all, DOMAIN)(wanted);
        const place = { service: 'a', namespace: 'shop', host: wanted };
        expect(baseRules(few, place, scope)).toEqual(baseRules(all, place, scope));
        expect(rulesFor(few, wanted, DOMAIN)).toEqual(rulesFor(all, wanted, DOMAIN));
        expect(few.length).toBeLessThanOrEqual(all.length);
      }),
      { numRuns: 500 },
    );
  });

  it('include every DestinationRule that another rule could hide', () => {
    fc.assert(
      fc.property(rules, host, (all, name) => {
        const added = rule('shop/added', { host: name, exportTo: ['bank'] });
        const full = name.includes('.') || name === '*' ? name : `${name}.shop.svc.${DOMAIN}`;
        const few = rulesByHost(all, DOMAIN)(full);
        expect(hiddenRules(added, few, DOMAIN)).toEqual(hiddenRules(added, all, DOMAIN));
      }),
      { numRuns: 500 },
    );
  });
});
