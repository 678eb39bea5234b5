import { jsonEqual } from '../../../src/k8s/canonical.ts';
import { ApiFailure } from '../../e2e/control-plane/api.ts';
import type { Cluster, ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import type { Istiod } from '../lib/istiod.ts';

export const NAMESPACE = 'truth';
const VIRTUAL_SERVICES = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices`;

export interface VirtualServiceObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
  spec: Record<string, unknown>;
}

/** Why the API server refuses the object, or what it changes in it; undefined: it would store it as it is. */
export async function schemaRefusal(
  { api }: Cluster,
  body: VirtualServiceObject,
): Promise<string | undefined> {
  try {
    const path = `${VIRTUAL_SERVICES}?dryRun=All&fieldValidation=Strict`;
    const stored = await api.call<VirtualServiceObject>('POST', path, { body });
    return jsonEqual(stored.spec, body.spec) ? undefined : 'the API server changes the object';
  } catch (error) {
    if (error instanceof ApiFailure) return error.message;
    throw error;
  }
}

/** Why istiod's validating webhook refuses the object. */
export async function istiodRefusal(
  { httpPort }: Istiod,
  object: VirtualServiceObject,
): Promise<string | undefined> {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: object.metadata.name,
      operation: 'CREATE',
      kind: { group: 'networking.istio.io', version: 'v1', kind: 'VirtualService' },
      resource: { group: 'networking.istio.io', version: 'v1', resource: 'virtualservices' },
      namespace: NAMESPACE,
      name: object.metadata.name,
      object,
    },
  };
  const answer = await fetch(`http://127.0.0.1:${httpPort}/validate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(review),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`istiod answers ${answer.status}: ${text}`);
  const { response } = JSON.parse(text) as {
    response: { allowed: boolean; status?: { message?: string } };
  };
  return response.allowed ? undefined : (response.status?.message ?? 'no reason');
}

export async function create({ api }: ControlPlane, body: VirtualServiceObject): Promise<void> {
  await api.call('POST', VIRTUAL_SERVICES, { body });
}
