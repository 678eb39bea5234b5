import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import type { CompositeDefinition } from '../../hooks/controller.ts';
import type { LabelSelector } from '../../k8s/object.ts';
import { matchesSelector } from '../../k8s/selector.ts';
import { isMap, type LocalObject, qualifiedName } from '../object.ts';

type Definition = Pick<CompositeDefinition, 'generateSelector'>;

/** By which labels a parent's children are found; throws where the parent is to say it and does not (`makeSelector`). */
export function childSelector(
  { generateSelector = true }: Definition,
  parent: LocalObject,
): LabelSelector {
  if (generateSelector) {
    return { matchLabels: { [CONTROLLER_UID_LABEL]: parent.metadata.uid ?? '' } };
  }
  const selector = parent.spec?.['selector'];
  const { matchLabels = {}, matchExpressions = [] } = isMap(selector)
    ? (selector as LabelSelector)
    : {};
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
    throw new Error('.spec.selector must have either matchLabels, matchExpressions, or both');
  }
  return { matchLabels, matchExpressions };
}

/** Would this parent adopt the child, going by the labels? */
export function isSelected(
  definition: Definition,
  parent: LocalObject,
  child: LocalObject,
): boolean {
  try {
    return matchesSelector(childSelector(definition, parent), child.metadata.labels);
  } catch {
    return false;
  }
}

/**
 * The desired child with the label by which its parent finds it again, if labels are generated. Throws where the child's
 * labels do not match: the parent would release it at once.
 */
export function labelled(
  definition: Definition,
  parent: LocalObject,
  child: LocalObject,
): LocalObject {
  const { generateSelector = true } = definition;
  const labels = {
    ...(generateSelector && { [CONTROLLER_UID_LABEL]: parent.metadata.uid ?? '' }),
    ...child.metadata.labels,
  };
  const labelledChild = { ...child, metadata: { ...child.metadata, labels } };
  if (matchesSelector(childSelector(definition, parent), labels)) return labelledChild;
  const what = `${child.kind} ${qualifiedName(child)}`;
  throw new Error(`labels on desired child ${what} don't match parent selector`);
}
