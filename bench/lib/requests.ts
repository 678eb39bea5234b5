import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import type { Resource } from '../../src/hooks/controller.ts';
import type { RelatedRule } from '../../src/hooks/types.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { matchesSelector } from '../../src/k8s/selector.ts';
import { DYNAMIC_ENV_CONTROLLER } from '../../src/kinds/dynamicenv/controller.ts';
import { relatedToEnv } from '../../src/kinds/dynamicenv/customize.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';
import { VIRTUAL_SERVICE_CONTROLLER } from '../../src/kinds/virtualservice/controller.ts';
import { relatedInjections } from '../../src/kinds/virtualservice/customize.ts';
import { relatedMerges } from '../../src/kinds/virtualservice/read-merges.ts';
import { admissionReview } from '../../src/simulator/api-server/admission.ts';
import { apiVersionOf, groupKey, type ServedKind } from '../../src/simulator/kinds.ts';
import { controllerObject } from '../../src/simulator/metacontroller/controller-object.ts';
import { type LocalObject, qualifiedName } from '../../src/simulator/object.ts';
import { ago, KINDS } from './stored.ts';

/** All objects of a cluster, grouped by the name of their kind. */
export type Inventory = ReadonlyMap<string, readonly KubeObject[]>;

const COMPOSITE = controllerObject(DYNAMIC_ENV_CONTROLLER, 1, ago(90_000));
const DECORATOR = controllerObject(VIRTUAL_SERVICE_CONTROLLER, 2, ago(90_000));

/**
 * A CompositeController's sync or finalize request. It contains the related objects that our customize hook asks for.
 */
export function compositeRequest(
  env: DynamicEnv,
  children: readonly KubeObject[],
  inventory: Inventory,
  config: DecisionConfig,
) {
  return {
    controller: COMPOSITE,
    parent: env,
    children: groups(children, servedKinds(DYNAMIC_ENV_CONTROLLER.childResources)),
    related: related(relatedToEnv(env, config), inventory),
    finalizing: env.metadata.deletionTimestamp !== undefined,
  };
}

export function decoratorRequest(
  object: VirtualService,
  injections: readonly KubeObject[],
  config: DecisionConfig,
  merges: readonly KubeObject[] = [],
) {
  const rules = [
    ...relatedInjections(object, config),
    ...relatedMerges(object, config.mergeGroups),
  ];
  const inventory = new Map([
    ['RouteInjection', injections],
    ['VirtualServiceMerge', merges],
  ]);
  return {
    controller: DECORATOR,
    object,
    attachments: {},
    related: related(rules, inventory),
    finalizing: false,
  };
}

/** The API server's admission review of an update of a VirtualService. */
export function updateReview(user: string, object: VirtualService, oldObject: VirtualService) {
  return admissionReview({
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: KINDS.kindOf(object),
    apiVersion: object.apiVersion,
    operation: 'UPDATE',
    user,
    object: object as unknown as LocalObject,
    oldObject: oldObject as unknown as LocalObject,
    fieldManager: 'kubectl-client-side-apply',
  });
}

/** The objects that these rules select. */
export function related(rules: readonly RelatedRule[], inventory: Inventory) {
  const kinds = servedKinds(rules);
  const found = rules.flatMap((rule, at) =>
    (inventory.get(kinds[at]?.kind ?? '') ?? []).filter((object) => isWanted(object, rule)),
  );
  return groups(found, kinds);
}

export function servedKinds(resources: readonly Resource[]): ServedKind[] {
  return resources.map(({ apiVersion, resource }) => {
    const kind = KINDS.resourceOf(apiVersion, resource);
    if (kind === undefined) throw new Error(`${resource} in ${apiVersion} is not served`);
    return kind;
  });
}

function isWanted({ metadata }: KubeObject, rule: RelatedRule): boolean {
  return (
    (rule.namespace === undefined || rule.namespace === metadata.namespace) &&
    (rule.names === undefined || rule.names.includes(metadata.name)) &&
    matchesSelector(rule.labelSelector ?? {}, metadata.labels)
  );
}

/**
 * Groups objects by `Kind.group/version` and by name. The keys are sorted, because Go sorts the keys of a map when it
 * writes JSON.
 */
export function groups(objects: readonly KubeObject[], kinds: readonly ServedKind[]) {
  const byKey = Object.groupBy(objects, ({ apiVersion, kind }) => groupKey(apiVersion, kind));
  const keys = kinds.map((kind) => groupKey(apiVersionOf(kind), kind.kind));
  return Object.fromEntries(
    [...new Set(keys)]
      .sort()
      .map((key) => [
        key,
        Object.fromEntries(
          (byKey[key] ?? [])
            .map((object): [string, KubeObject] => [qualifiedName(object as LocalObject), object])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
      ]),
  );
}
