import { expect, test } from '@jest/globals';
import type { VirtualServiceMerge } from '../../../src/api/virtualservicemerge.ts';
import { startSimulation } from '../../../src/cli/common/simulation.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import { ROUTES_THAT_ENVOY_REFUSES } from '../../support/routes-that-envoy-refuses.ts';

const TO = [{ destination: { host: 'payment-service' } }];
const STABLE = { name: 'stable', route: TO };

function object(apiVersion: string, kind: string, name: string, spec: object): LocalObject {
  const whole = { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec };
  return whole as LocalObject;
}

const merge = (name: string, http: object[]) =>
  object('istiomerger.monime.sl/v1alpha1', 'VirtualServiceMerge', name, {
    target: { name: 'payment-service' },
    patch: { http },
  });

test('routes that Envoy refuses stay out of the VirtualService, with a reason, and other merges get in', async () => {
  const { cluster } = await startSimulation(decisionConfig(), { strategy: 'server-side-apply' });
  const ann = cluster.as('ann');
  const spec = { hosts: ['payment-service'], http: [STABLE] };
  await ann.create(object('networking.istio.io/v1', 'VirtualService', 'payment-service', spec));
  for (const [index, { route }] of ROUTES_THAT_ENVOY_REFUSES.entries()) {
    await ann.create(merge(`refused-${index}`, [route]));
  }
  const match = [{ headers: { branch: { exact: 'a' } } }];
  await ann.create(merge('good', [{ match, route: TO }]));
  expect((await cluster.settle()).quiet).toBe(true);

  const seen = ROUTES_THAT_ENVOY_REFUSES.map(({ name, field }, index) => {
    const found = cluster.all().find(({ metadata }) => metadata.name === `refused-${index}`) as
      | VirtualServiceMerge
      | undefined;
    const told = (found?.status?.conditions ?? []).map(({ type, status, reason }) =>
      [type, status, reason].join(' '),
    );
    const { message = '' } = found?.status?.conditions?.[0] ?? {};
    return { name, told, isNamed: message.startsWith(`spec.patch.http[0].${field}`) };
  });
  expect(seen).toEqual(
    ROUTES_THAT_ENVOY_REFUSES.map(({ name }) => ({
      name,
      told: expect.arrayContaining([
        'Accepted False Invalid',
        expect.stringMatching(/^Merged False /),
      ]),
      isNamed: true,
    })),
  );
  const target = cluster.get<VirtualService>('VirtualService', 'shop', 'payment-service');
  expect(target?.spec.http).toEqual([
    expect.objectContaining({ name: expect.stringMatching(/_good_0-/), match }),
    STABLE,
  ]);
});
