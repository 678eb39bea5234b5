import { afterAll, describe, expect } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import { clusterFaults } from './cluster.ts';
import { clusterScoped } from './compare.ts';
import { objectFaults } from './objects.ts';
import { rolloutFault } from './rollout.ts';
import { stallFaults } from './stall.ts';
import { stormFault } from './storm.ts';
import { LIMIT_MS, lazyTheatre, oneByOne } from './suite.ts';
import { webhookFaults } from './webhook.ts';

/** The tests that run in parallel come first, then those with faults of the whole cluster. */
export function otherTests(strategy: ApplyStrategy): void {
  const observed = lazyTheatre(strategy);
  afterAll(observed.close, LIMIT_MS);
  describe(`faults (${strategy})`, () => {
    const stall = stallFaults(observed);
    stall.begin();
    objectFaults(observed);
    webhookFaults(observed);
    clusterFaults(observed);
    rolloutFault(observed);
    stall.force();
    stormFault(observed);
    stall.end();
    oneByOne('at the end no object of our kinds is left', async () => {
      const { cluster } = await observed.get();
      expect(await clusterScoped(cluster.api)).toEqual([]);
    });
  });
}
