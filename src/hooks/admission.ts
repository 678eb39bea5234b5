import type { AdmissionReviewResponse } from './types.ts';

/** The answer that allows the write, with a JSON Patch (RFC 6902) if it has operations. */
export function allow(uid: string, patch: readonly object[]): AdmissionReviewResponse {
  const amended =
    patch.length === 0
      ? {}
      : {
          patchType: 'JSONPatch' as const,
          patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
        };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...amended },
  };
}
