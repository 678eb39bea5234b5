import { expect, test } from '@jest/globals';
import { targetLabelValue } from '../../../../src/api/merged-route-name.ts';
import { MERGE_GROUPS, type VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import { startSimulation } from '../../../../src/cli/common/simulation.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { merge } from '../../../support/merges.ts';
import { CONFIG, virtualService } from '../../../support/objects.ts';

const LABEL = 'riskified.com/target';

/** As its author writes it: without what the API server adds. */
function written(group: string): LocalObject {
  const spec = { ...merge('shop/m').spec };
  const metadata = { name: 'm', namespace: 'shop' };
  return { apiVersion: `${group}/v1alpha1`, kind: 'VirtualServiceMerge', metadata, spec };
}

test.each(MERGE_GROUPS)(
  'a merge of %s has its label at once, and a status that follows its target',
  async (group) => {
    const { cluster } = await startSimulation(CONFIG, { strategy: 'server-side-apply' });
    const ann = cluster.as('ann');
    const { metadata } = await ann.create(written(group));
    expect(metadata.labels).toEqual({ [LABEL]: targetLabelValue('shop/backend') });
    const seen = () => {
      const found = cluster.get<VirtualServiceMerge>(`virtualservicemerges.${group}`, 'shop', 'm');
      const { conditions = [] } = found?.status ?? {};
      return conditions.map(({ type, reason }) => `${type} ${reason}`);
    };
    await cluster.settle();
    expect(seen()).toEqual([
      'Accepted Accepted',
      'TargetFound NotFound',
      'Merged TargetNotFound',
      'Conflicted NoConflict',
    ]);
    await ann.create(virtualService('shop/backend', { hosts: ['backend'] }) as LocalObject);
    expect((await cluster.settle()).quiet).toBe(true);
    expect(seen()[1]).toBe('TargetFound Found');
  },
);
