import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HTTPRoute, VirtualService } from '../../src/istio/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { VIRTUAL_ENVIRONMENT_CONTROLLER } from '../../src/kinds/virtual-environment/controller.ts';
import { wantedRoutes } from '../../src/kinds/virtual-environment/routes.ts';
import { virtualService } from '../../src/kinds/virtual-environment/virtualservice.ts';
import { createCluster, type LocalClusterOptions } from '../../src/simulator/cluster.ts';
import { OWN_KINDS } from '../support/own-kinds.ts';
import { type Case, routesInput } from '../support/virtual-environment.ts';
import { environment } from '../support/virtual-environment-world.ts';

const VALUES = ['dev', 'dev.a', 'dev.a.b', 'dev.b', 'x'];
const wanted: fc.Arbitrary<Case> = fc.record({
  versions: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1 }),
  defaultSubset: fc.constantFrom(undefined, 'dev'),
  ports: fc.constantFrom([80], [80, 81]),
  aliases: fc.constantFrom([], [{ name: 'cookie', pattern: '', placeholder: '(@)' }]),
  callers: fc.constantFrom([], ['dev.a', 'dev']),
  options: fc.constantFrom({}, { gateways: ['gw'] }, { rule: { timeout: '5s' } }),
});

/** What a cluster has stored after each of these answers. */
async function storedRoutes(
  strategy: LocalClusterOptions['strategy'],
  answers: readonly VirtualService[],
): Promise<(HTTPRoute[] | undefined)[]> {
  let children: KubeObject[] = [];
  const cluster = createCluster({
    strategy,
    controllers: [VIRTUAL_ENVIRONMENT_CONTROLLER],
    served: OWN_KINDS,
    inject: async ({ url }) => {
      const answer = url.endsWith('/customize')
        ? { relatedResources: [] }
        : { status: {}, children };
      return { statusCode: 200, body: JSON.stringify(answer) };
    },
  });
  const user = cluster.as();
  const { uid: _, ...metadata } = environment().metadata;
  await user.create({ ...environment(), metadata });
  const stored: (HTTPRoute[] | undefined)[] = [];
  for (const [index, answer] of answers.entries()) {
    children = [{ ...answer, metadata: { ...answer.metadata, namespace: 'shop' } }];
    // Any change of the parent calls the hook.
    await user.patch('VirtualEnvironment', 'shop', 'levels', {
      metadata: { annotations: { step: String(index) } },
    });
    await cluster.advance(5);
    stored.push(cluster.get<VirtualService>('VirtualService', 'shop', 'app-js')?.spec.http);
  }
  return stored;
}

it.each(['dynamic-apply', 'server-side-apply'] as const)(
  'with %s, routes are stored as they are answered, in their order, whatever was there before',
  async (strategy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(wanted, { minLength: 2, maxLength: 5 }), async (cases) => {
        const answers = cases.map((one) => {
          const input = routesInput(one);
          return virtualService('app-js', 'shop', input.options, wantedRoutes(input).http);
        });
        const stored = await storedRoutes(strategy, answers);
        expect(stored).toEqual(answers.map(({ spec }) => spec.http));
      }),
      { numRuns: 15 },
    );
  },
);
