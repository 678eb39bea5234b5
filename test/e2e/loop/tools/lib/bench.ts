import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import type { LocalObject } from '../../../../../src/simulator/object.ts';
import { loadFixture } from '../../../../scenarios/lib/scenario.ts';
import { type System, startSystem } from '../../../lib/system.ts';

export interface Bench {
  /** The system. The first call starts it: Jest starts concurrent tests before `beforeAll`, so that cannot do it. */
  system(): Promise<System>;
  stop(): Promise<void>;
}

export function createBench(strategy: ApplyStrategy): Bench {
  let starting: Promise<System> | undefined;
  return {
    system: () => {
      starting ??= startSystem({ strategy });
      return starting;
    },
    stop: async () => {
      const system = await starting?.catch(() => undefined);
      await system?.stop();
    },
  };
}

/** The objects of a scenarios' fixture, in another namespace. */
async function shopIn(namespace: string, fixture = 'shop'): Promise<LocalObject[]> {
  const objects = await loadFixture(fixture);
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
}

/** The shop's VirtualService: its first version (`shop`), or the next version of its owners (`shop-changed`). */
export async function routesOf(
  namespace: string,
  fixture: 'shop' | 'shop-changed' = 'shop',
): Promise<LocalObject> {
  const found = (await shopIn(namespace, fixture)).find(({ kind }) => kind === 'VirtualService');
  if (found === undefined) throw new Error(`${fixture} has no VirtualService`);
  return found;
}

/** All objects of the shop except its VirtualService, which the tool under test writes. */
export async function workloadIn(namespace: string): Promise<LocalObject[]> {
  return (await shopIn(namespace)).filter(({ kind }) => kind !== 'VirtualService');
}

/** The scenarios' env `alice`, with another name and for another namespace. */
export async function envFor(name: string, namespace: string): Promise<LocalObject> {
  const [alice] = await loadFixture('alice');
  const text = JSON.stringify(alice).replaceAll('"namespace":"shop"', `"namespace":"${namespace}"`);
  const env = JSON.parse(text) as LocalObject;
  return { ...env, metadata: { ...env.metadata, name } };
}

export function list(items: readonly LocalObject[]) {
  return { apiVersion: 'v1', kind: 'List', items };
}
