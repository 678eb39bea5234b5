import type { ObjectMap, RelatedRule } from '../hooks/types.ts';

/** Kind of each resource that some customize hook asks for, by its plural. A hook that asks for another resource adds it here. */
const KIND_BY_RESOURCE: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  services: 'Service',
  namespaces: 'Namespace',
  destinationrules: 'DestinationRule',
  virtualservices: 'VirtualService',
  meshindexes: 'MeshIndex',
  routeinjections: 'RouteInjection',
  virtualservicemerges: 'VirtualServiceMerge',
  environments: 'Environment',
  dynamicenvs: 'DynamicEnv',
  subscribers: 'Subscriber',
};

/**
 * The groups (`Kind.group/version`, sorted) that these rules ask for and that were not sent. Metacontroller sends a group for
 * each rule, even if it is empty (`InitGroup` in its `pkg/controller/common/customize/manager.go`). So Metacontroller did not look
 * for a group that is absent, and nothing is known about its objects.
 */
export function missingGroups(rules: readonly RelatedRule[], related: ObjectMap): string[] {
  const asked = rules.map(({ apiVersion, resource }) => `${kindOf(resource)}.${apiVersion}`);
  return [...new Set(asked)].filter((key) => !Object.hasOwn(related, key)).sort();
}

function kindOf(resource: string): string {
  const kind = KIND_BY_RESOURCE[resource];
  if (kind === undefined) throw new Error(`${resource}: its kind is not in mesh/related-groups.ts`);
  return kind;
}
