import { hash10 } from '../../k8s/hash.ts';
import type { KubeObject } from '../../k8s/object.ts';

export interface EnvoyFilter extends KubeObject {
  spec: {
    workloadSelector: { labels: Record<string, string> };
    configPatches: Record<string, unknown>[];
  };
}

export interface InjectionInput {
  /** Name of the VirtualEnvironment. */
  owner: string;
  namespace: string;
  /** The header that carries the version. */
  header: string;
  /** Key of the pods' label. */
  label: string;
}

const MAX_NAME = 253;
const LUA = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua';

/**
 * An EnvoyFilter that gives the outbound requests of the pods with this value of the label the header with this value. A request that has
 * the header keeps it, also if it is empty. Envoy chooses the route anew after a Lua filter has changed a header, and not after
 * `header_mutation` (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter).
 * The filter is the first one, so that filters with settings per route (faults, CORS) see the route that is chosen then.
 * istiod silently ignores other names of the listener filter than the canonical one.
 */
export function injectingFilter(
  value: string,
  { owner, namespace, header, label }: InjectionInput,
): EnvoyFilter {
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: nameOf(owner, value), namespace },
    spec: {
      workloadSelector: { labels: { [label]: value } },
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: {
            context: 'SIDECAR_OUTBOUND',
            listener: {
              filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } },
            },
          },
          patch: {
            operation: 'INSERT_FIRST',
            value: {
              name: 'virtual-environment',
              typed_config: {
                '@type': LUA,
                default_source_code: { inline_string: sourceCode(header, value) },
              },
            },
          },
        },
      ],
    },
  };
}

/** The owner's name and the value for people, and a hash, because values differ in characters that a name cannot have. */
function nameOf(owner: string, value: string): string {
  const hash = hash10(owner, value);
  const text = `${owner}-${value.toLowerCase().replace(/[_.]/g, '-')}`;
  const cut = text.slice(0, MAX_NAME - hash.length - 1).replace(/[-.]+$/, '');
  return `${cut}-${hash}`;
}

/** Header names and label values have no character that a Lua string treats differently from a JSON string. */
function sourceCode(header: string, value: string): string {
  const name = JSON.stringify(header);
  return [
    'function envoy_on_request(handle)',
    '  local headers = handle:headers()',
    `  if headers:get(${name}) == nil then`,
    `    headers:add(${name}, ${JSON.stringify(value)})`,
    '  end',
    'end',
    '',
  ].join('\n');
}
