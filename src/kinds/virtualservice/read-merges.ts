import { TARGET_LABEL } from '../../api/marks.ts';
import { targetLabelValue } from '../../api/merged-route-name.ts';
import {
  MERGE_KIND,
  MERGE_RESOURCE,
  MERGE_VERSION,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import type { ObjectMap, RelatedRule } from '../../hooks/types.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';
import { targetName } from '../../virtualservice/routes/scope.ts';

/** The merges that name this VirtualService, and maybe others whose labels say so. `groups`: the API groups that are served. */
export function relatedMerges(
  virtualService: VirtualService,
  groups: readonly string[],
): RelatedRule[] {
  const value = targetLabelValue(targetName(virtualService));
  return groups.map((group) => ({
    apiVersion: `${group}/${MERGE_VERSION}`,
    resource: MERGE_RESOURCE,
    labelSelector: { matchLabels: { [TARGET_LABEL]: value } },
  }));
}

/**
 * The merges that were sent, of any shape. A group that was not sent is unknown: Metacontroller may use an answer of the customize hook
 * from before this kind was switched on.
 */
export function readMerges(
  related: ObjectMap,
  groups: readonly string[],
): { merges: VirtualServiceMerge[]; unknownGroups: string[]; groups: readonly string[] } {
  const sent = groups.map((group) => {
    const key = `${MERGE_KIND}.${group}/${MERGE_VERSION}`;
    return { group, objects: Object.hasOwn(related, key) ? related[key] : undefined };
  });
  const merges = sent.flatMap(({ objects = {} }) =>
    Object.entries(objects)
      .sort(([a], [b]) => byText(a, b))
      .map(([, object]) => object as VirtualServiceMerge),
  );
  return {
    merges,
    groups,
    unknownGroups: sent.filter(({ objects }) => objects === undefined).map(({ group }) => group),
  };
}
