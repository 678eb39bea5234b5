import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { startSimulation } from '../../../src/cli/common/simulation.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import { decisionConfig, loadFixture } from '../../scenarios/lib/scenario.ts';

const HOSTS = ['shop.example.com', 'tls.example.com', 'api.example.com', 'other.example.com'];
/** What the administrator lists, by the scheme of the shop's links. */
const ENTRY_HOSTS = {
  http: 'http://shop.example.com,tls.example.com,http://api.example.com',
  https: 'shop.example.com,tls.example.com,api.example.com',
};

export type Scheme = keyof typeof ENTRY_HOSTS;
const ENTRIES = [{ host: 'shop.example.com' }, { host: 'tls.example.com' }];

/** What the DynamicEnvs of two branches lead to. */
export interface Shop {
  /** The routes of the gateway's VirtualService. */
  http: HTTPRoute[];
  /** `status.links`, by ref. */
  links: Record<string, string[]>;
}

/**
 * Two branches of `web` in the in-memory cluster, with links to two hosts. Another host is listed, but no env has an entry for it, and
 * the last one is not listed. People reach `web` and `backend` by the same VirtualService, and nobody has changed `backend`.
 */
export async function shopWithBranches(scheme: Scheme): Promise<Shop> {
  const { cluster, app } = await startSimulation(
    decisionConfig({ entryHosts: ENTRY_HOSTS[scheme] }),
    {
      strategy: 'server-side-apply',
    },
  );
  const user = cluster.as();
  for (const object of await objects()) await user.create(object);
  for (const ref of ['mp-101', 'mp-102']) await user.create(branch(ref));
  await cluster.settle();
  const entrance = cluster.get<VirtualService>('VirtualService', 'shop', 'entrance');
  const envs = cluster.list<DynamicEnv>('DynamicEnv');
  await app.close();
  return {
    http: entrance?.spec.http ?? [],
    links: Object.fromEntries(
      envs.map(({ metadata, status }) => [metadata.name, status?.links ?? []]),
    ),
  };
}

async function objects() {
  const all = await Promise.all(['shop', 'web', 'entrance'].map(loadFixture));
  return all
    .flat()
    .map((object) =>
      object.metadata.name === 'entrance'
        ? { ...object, spec: { ...(object['spec'] as object), hosts: HOSTS } }
        : object,
    );
}

function branch(ref: string) {
  const containers = [{ image: `web:${ref}` }];
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: ref },
    spec: { ref, entries: ENTRIES, subsets: [{ name: 'web', namespace: 'shop', containers }] },
  };
}
