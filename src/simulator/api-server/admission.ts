import type { WebhookDefinition } from '../../hooks/webhook.ts';
import { ApiError } from '../errors.ts';
import type { Inject } from '../hook-call.ts';
import { apiVersionOf, type ServedKind, splitApiVersion } from '../kinds.ts';
import { isMap, type LocalObject } from '../object.ts';
import { applyJsonPatch, type Operation } from './json-patch.ts';

/** One write, as an admission webhook receives it. */
export interface Admission {
  uid: string;
  kind: ServedKind;
  /** The apiVersion that the client used. */
  apiVersion: string;
  operation: 'CREATE' | 'UPDATE';
  user: string;
  object: LocalObject;
  oldObject: LocalObject | undefined;
  fieldManager: string | undefined;
}

export interface AdmissionOutcome {
  object: LocalObject;
  warnings: string[];
}

/** A webhook, with the kind that it is for. */
export interface Webhook extends Pick<WebhookDefinition, 'path' | 'isConcerned'> {
  kind: ServedKind;
}

/** With exactly the keys that kube-apiserver sends (test/fixtures/recorded/*_admit.json). */
export function admissionReview(admission: Admission) {
  const { uid, kind, operation, user, object, oldObject, fieldManager } = admission;
  const { group, resource } = kind;
  const { version } = splitApiVersion(admission.apiVersion);
  const { name, namespace } = object.metadata;
  const client = fieldManager === undefined ? {} : { fieldManager, fieldValidation: 'Strict' };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: { group, version: kind.version, kind: kind.kind },
      resource: { group, version: kind.version, resource },
      requestKind: { group, version, kind: kind.kind },
      requestResource: { group, version, resource },
      name,
      namespace,
      operation,
      userInfo: { username: user, uid: user, groups: ['system:masters', 'system:authenticated'] },
      object,
      oldObject: oldObject ?? null,
      dryRun: false,
      options: {
        kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions',
        apiVersion: 'meta.k8s.io/v1',
        ...client,
      },
    },
  };
}

interface ReviewResponse {
  uid: string;
  allowed: boolean;
  patch?: string;
  patchType?: string;
  warnings?: string[];
  status?: { message?: string };
}

/** Undefined: the API server would not accept this answer, so failurePolicy decides. */
function readResponse(body: string, uid: string): ReviewResponse | undefined {
  let review: unknown;
  try {
    review = JSON.parse(body);
  } catch {
    return undefined;
  }
  const response = isMap(review) ? review['response'] : undefined;
  if (!isMap(response) || response['uid'] !== uid || typeof response['allowed'] !== 'boolean') {
    return undefined;
  }
  return response as unknown as ReviewResponse;
}

function patched(object: LocalObject, { patch, patchType }: ReviewResponse): LocalObject {
  if (patch === undefined) return object;
  try {
    if (patchType !== 'JSONPatch') throw new Error(`unsupported patch type ${patchType}`);
    const operations = JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as Operation[];
    return applyJsonPatch(object, operations);
  } catch (error) {
    // A patch that does not fit fails the write whatever the failurePolicy says.
    throw new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
  }
}

async function ask(
  inject: Inject,
  url: string,
  admission: Admission,
): Promise<ReviewResponse | undefined> {
  try {
    const body = admissionReview(admission);
    const answer = await inject({ method: 'POST', url, body });
    return answer.statusCode === 200 ? readResponse(answer.body, admission.uid) : undefined;
  } catch {
    return undefined;
  }
}

async function admitBy(
  { path }: Webhook,
  inject: Inject,
  admission: Admission,
): Promise<AdmissionOutcome> {
  const { object, kind } = admission;
  const response = await ask(inject, path, admission);
  if (!response) return { object, warnings: [] };
  if (!response.allowed) {
    const why = response.status?.message ?? 'without explanation';
    throw new ApiError(403, 'Forbidden', `admission webhook denied the request: ${why}`);
  }
  const apiVersion = apiVersionOf(kind);
  return {
    object: { ...patched(object, response), apiVersion },
    warnings: response.warnings ?? [],
  };
}

/**
 * The mutating webhooks in the write path, with `failurePolicy: Ignore`, one after the other:
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
export async function admit(
  webhooks: readonly Webhook[],
  inject: Inject,
  admission: Admission,
): Promise<AdmissionOutcome> {
  const { kind, oldObject } = admission;
  let { object } = admission;
  const warnings: string[] = [];
  for (const webhook of webhooks) {
    if (webhook.kind !== kind) continue;
    if (![object, oldObject].some((one) => one && webhook.isConcerned(one))) continue;
    const outcome = await admitBy(webhook, inject, { ...admission, object });
    object = outcome.object;
    warnings.push(...outcome.warnings);
  }
  return { object, warnings };
}
