import { TARGET_LABEL } from '../../api/marks.ts';
import { allow } from '../../hooks/admission.ts';
import type { AdmissionReview, AdmissionReviewResponse } from '../../hooks/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type PatchOperation, patchMap, patchOwners } from '../../virtualservice/routes/patch.ts';
import { labelOf } from './target.ts';

/** Sets the label by which the target finds the merge, in the write that creates the merge or changes it. It refuses nothing. */
export function admitMerge({ request }: AdmissionReview): AdmissionReviewResponse {
  const { uid, object, namespace } = request;
  // A deletion has no object.
  return allow(uid, object ? labelPatch(object, namespace) : []);
}

/** `namespace`: that of the request's path, for a manifest that names none. */
function labelPatch(object: KubeObject, namespace: string | undefined): PatchOperation[] {
  const { metadata } = object;
  const located = { ...metadata, namespace: metadata.namespace ?? namespace ?? '' };
  const label = labelOf({ ...object, metadata: located });
  const wanted = label === undefined ? {} : { [TARGET_LABEL]: label };
  const patch = patchMap(object, 'labels', (key) => key === TARGET_LABEL, wanted);
  return [...patch, ...patchOwners(object, patch)];
}
