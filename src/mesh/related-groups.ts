import type { ObjectMap, RelatedRule } from '../hooks/types.ts';

/** Resources that rules ask for here, by their plural. */
const KINDS: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  services: 'Service',
  namespaces: 'Namespace',
  destinationrules: 'DestinationRule',
  virtualservices: 'VirtualService',
  meshindexes: 'MeshIndex',
  routeinjections: 'RouteInjection',
};

/**
 * The groups (`Kind.group/version`, sorted) that these rules ask for and that were not sent. Metacontroller sends one for each
 * rule, an empty one too (`InitGroup` in its `pkg/controller/common/customize/manager.go`): what is not there was not looked
 * for, and is not known to be empty.
 */
export function missingGroups(rules: readonly RelatedRule[], related: ObjectMap): string[] {
  const asked = rules.map(({ apiVersion, resource }) => `${KINDS[resource]}.${apiVersion}`);
  return [...new Set(asked)].filter((key) => !Object.hasOwn(related, key)).sort();
}
