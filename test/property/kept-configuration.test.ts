import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { Deployment, EnvVar } from '../../src/k8s/workload.ts';
import { configurationIn } from '../../src/kinds/dynamicenv/configuration/kept-configuration.ts';
import {
  overlayOf,
  withMark,
  withOverlay,
} from '../../src/kinds/dynamicenv/configuration/overlay.ts';
import { layered } from '../../src/overlay/layered.ts';
import { reading } from '../support/configuration.ts';
import { deepFreeze } from '../support/objects.ts';

const name = fc.constantFrom('A', 'B', 'C', 'D', 'E');
const value = fc.constantFrom('', '1', '2', '$(A)', '$(B)x', '$(E)');
const entries = fc.uniqueArray(fc.record({ name, value }), {
  maxLength: 5,
  selector: (one) => one.name,
});
const layers = fc
  .record({ vars: entries, unset: fc.subarray(['A', 'C', 'E']) })
  .map(({ vars, unset }) =>
    layered([
      {
        name: 'qa',
        unset,
        vars: Object.fromEntries(
          vars.filter((one) => !unset.includes(one.name)).map((one) => [one.name, one.value]),
        ),
      },
    ]),
  );

const base = (env: EnvVar[]) => deepFreeze(reading('shop/cart', { env }));
const envOf = ({ spec }: Deployment) => spec.template.spec?.containers[0]?.env ?? [];
const find = (env: readonly EnvVar[], one: string) => env.find((entry) => entry.name === one);

it('a clone keeps what its configuration set and removed, has all else of its base, and does not change without a reason', () => {
  fc.assert(
    fc.property(entries, entries, layers, (before, next, all) => {
      const overlay = overlayOf(base(before), all);
      const clone = withMark(withOverlay(base(before), overlay), overlay);
      const stays = (now: EnvVar[]) => {
        const kept = configurationIn(clone, base(now));
        return withMark(withOverlay(base(now), kept), kept);
      };
      const same = stays(before);
      expect(envOf(same)).toEqual(envOf(clone));
      expect(same.metadata).toEqual(clone.metadata);
      const after = envOf(stays(next));
      const configured: string[] = JSON.parse(overlay.record ?? '{}').main ?? [];
      for (const one of ['A', 'B', 'C', 'D', 'E']) {
        const from = configured.includes(one) ? envOf(clone) : next;
        expect(find(after, one)).toEqual(find(from, one));
      }
      expect(new Set(after.map((one) => one.name)).size).toBe(after.length);
    }),
    { numRuns: 1000 },
  );
});
