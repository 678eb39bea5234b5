import { expect, test } from '@jest/globals';
import { PLAN_ANNOTATION } from '../../../../src/api/marks.ts';
import type { VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import { startSimulation } from '../../../../src/cli/common/simulation.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { withMarker } from '../../../../src/virtualservice/routes/l4-marker.ts';
import type { L4Route } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { decisionConfig } from '../../../support/decision-config.ts';
import { merge, mergePlan, planned } from '../../../support/merges.ts';

const to = (match: object, host: string): L4Route => ({
  match: [match],
  route: [{ destination: { host } }],
});
const HOSTS = ['*.x.example'];
const OWN = {
  tcp: [to({ port: 1 }, 'own')],
  tls: [to({ port: 443, sniHosts: ['b.x.example'] }, 'own')],
};
const GOOD = to({ port: 443, sniHosts: ['a.x.example'] }, 'good');

const targetWith = (spec: object, annotations: Record<string, string> = {}): LocalObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'backend', namespace: 'shop', annotations },
  spec: { hosts: HOSTS, ...spec },
});

test.each<[string, 'tcp' | 'tls', L4Route]>([
  ['an SNI host in capitals', 'tls', to({ port: 443, sniHosts: ['B.x.example'] }, 'bad')],
  [
    'a subnet that istiod leaves out',
    'tcp',
    to({ port: 2, destinationSubnets: ['0.0.0.0/0'] }, 'bad'),
  ],
])(
  'a merge with %s that an earlier version let in leaves in the next write, and others still come',
  async (_, list, bad) => {
    const { cluster } = await startSimulation(decisionConfig(), { strategy: 'server-side-apply' });
    const ann = cluster.as('ann');
    const target = () => cluster.get<VirtualService>('VirtualService', 'shop', 'backend');
    await ann.create(targetWith(OWN));
    const asked = merge('shop/bad', { patch: { [list]: [bad] } });
    await ann.create(asked as LocalObject);
    await cluster.settle();
    const stored = cluster.all().find(({ metadata }) => metadata.name === 'bad');
    const { annotations } = mergePlan([planned(stored as VirtualServiceMerge, { [list]: [bad] })]);
    await ann.replace(targetWith({ ...OWN, [list]: [withMarker(bad), ...OWN[list]] }, annotations));
    expect(target()?.spec).toEqual({ hosts: HOSTS, ...OWN });

    await ann.create(merge('shop/good', { patch: { tls: [GOOD] } }) as LocalObject);
    expect((await cluster.settle()).quiet).toBe(true);
    expect(target()?.spec).toEqual({ hosts: HOSTS, ...OWN, tls: [withMarker(GOOD), ...OWN.tls] });
    expect(target()?.metadata.annotations?.[PLAN_ANNOTATION]).not.toContain('"bad"');
    const { status } = cluster
      .all()
      .find(({ metadata }) => metadata.name === 'bad') as VirtualServiceMerge;
    expect(status?.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual(
      expect.arrayContaining([
        ['Accepted', 'False', 'Invalid'],
        ['Merged', 'False', 'NotAccepted'],
      ]),
    );
  },
);
