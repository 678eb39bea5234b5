import { until } from '../../e2e/control-plane/poll.ts';
import { startAdsClient } from '../lib/ads-client.ts';
import type { Mesh } from '../lib/mesh.ts';

interface Filter {
  name: string;
  typedConfig?: { '@type': string };
}

interface Dump {
  configs: {
    dynamicListeners?: {
      activeState: {
        listener: {
          name: string;
          filterChains?: { filters: { typedConfig?: { httpFilters?: Filter[] } }[] }[];
          defaultFilterChain?: { filters: { typedConfig?: { httpFilters?: Filter[] } }[] };
        };
      };
    }[];
  }[];
}

const LUA = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua';
let count = 0;

/**
 * The HTTP filters that istiod sends to a sidecar with these labels, for its outbound listener of a port. A simulated proxy subscribes to
 * its listeners, and istiod shows them on a debugging page.
 */
async function outboundFilters(
  { istiod }: Mesh,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: number,
): Promise<Filter[]> {
  count += 1;
  const name = `asks-${count}`;
  const client = startAdsClient({
    port: istiod.grpcPort,
    number: 5000 + count,
    name,
    namespace,
    labels,
    routes: [String(port)],
  });
  const url = `http://127.0.0.1:${istiod.httpPort}/debug/config_dump?proxyID=${name}.${namespace}`;
  let found: Filter[] | undefined;
  try {
    await until(60, async () => {
      const answer = await fetch(url);
      if (!answer.ok) return `istiod answers ${answer.status}`;
      const { configs } = (await answer.json()) as Dump;
      const listener = configs
        .flatMap(({ dynamicListeners = [] }) => dynamicListeners)
        .map(({ activeState }) => activeState.listener)
        .find((one) => one.name === `0.0.0.0_${port}`);
      const chains = [...(listener?.filterChains ?? []), listener?.defaultFilterChain];
      const filters = chains.flatMap((chain) => chain?.filters ?? []);
      found = filters.flatMap(({ typedConfig }) => typedConfig?.httpFilters ?? []);
      return found.length > 0 ? undefined : `istiod sends no listener for ${port}`;
    });
  } finally {
    client.stop();
  }
  return found ?? [];
}

/** Those that inject headers, for a stock Envoy, which lacks Istio's own filters. Fails if one of them is not the first. */
export async function injectingFilters(
  mesh: Mesh,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: number,
): Promise<Filter[]> {
  const filters = await outboundFilters(mesh, namespace, labels, port);
  const found = filters.filter(({ typedConfig }) => typedConfig?.['@type'] === LUA);
  const names = filters.map(({ name }) => name);
  if (found.some((one, index) => one !== filters[index])) {
    throw new Error(`the injecting filter is not the first one: ${names}`);
  }
  return found;
}
