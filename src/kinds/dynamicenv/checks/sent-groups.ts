import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import type { ObjectMap } from '../../../hooks/types.ts';
import { missingGroups } from '../../../mesh/related-groups.ts';
import { hasEvents, neededRuleNamespaces, relatedToEnv, serviceNamespaces } from '../customize.ts';
import type { EnvSettings } from '../settings.ts';

const SERVICES = 'Service.v1';
const RULES = 'DestinationRule.networking.istio.io/v1';
const OBJECTS = [
  'Deployment.apps/v1',
  'StatefulSet.apps/v1',
  'VirtualService.networking.istio.io/v1',
  SERVICES,
  RULES,
];
const NAMESPACES = 'Namespace.v1';
const INDEXES = 'MeshIndex.riskified.com/v1alpha1';

/**
 * The groups of related objects that are missing and without which nothing can be decided. Metacontroller sends what it was asked
 * for up to 20 minutes ago, maybe with another list of indexed namespaces: a namespace may come as objects or as an index.
 */
export function groupsNotSent(env: DynamicEnv, config: EnvSettings, related: ObjectMap): string[] {
  // Without indexes no other group is asked for.
  const isPlain = config.indexedNamespaces.length === 0;
  const isAlone = isPlain && env.spec.environment === undefined && !hasEvents(env);
  if (isAlone && OBJECTS.every((key) => isSent(key, related))) return [];
  const rules = neededRuleNamespaces(env, config);
  const asObjects = rules.filter((namespace) => !config.indexedNamespaces.includes(namespace));
  const missing = missingGroups(relatedToEnv(env, config), related).filter(
    (key) => key !== RULES || asObjects.length > 0,
  );
  const either = [SERVICES, RULES, NAMESPACES, INDEXES];
  if (!missing.some((key) => either.includes(key))) return missing;
  const isSeen = (kind: string) => (namespace: string) =>
    isIndexSent(namespace, related) || areObjectsSent(kind, namespace, config, related);
  const own = serviceNamespaces(env);
  const isAllSeen =
    own.every(isSeen(SERVICES)) &&
    rules.every((one) =>
      one === '*' || own.includes(one)
        ? isSent(RULES, related) || isIndexSent(one, related)
        : isSeen(RULES)(one),
    );
  return isAllSeen ? missing.filter((key) => !either.includes(key)) : missing;
}

function isSent(key: string, related: ObjectMap): boolean {
  return Object.hasOwn(related, key);
}

function isIndexSent(namespace: string, related: ObjectMap): boolean {
  return isSent(INDEXES, related) && Object.hasOwn(related[NAMESPACES] ?? {}, namespace);
}

/** If the namespace is indexed now, the group may have come for another namespace: an object of this one must be in it. */
function areObjectsSent(
  kind: string,
  namespace: string,
  { indexedNamespaces }: EnvSettings,
  related: ObjectMap,
): boolean {
  if (!isSent(kind, related)) return false;
  if (!indexedNamespaces.includes(namespace)) return true;
  return Object.values(related[kind] ?? {}).some(
    ({ metadata }) => metadata.namespace === namespace,
  );
}
