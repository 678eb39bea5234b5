import { ENV_LABEL_PREFIX, PLAN_ANNOTATION } from '../../api/marks.ts';
import { isInjectedRouteName } from '../../api/route-name.ts';
import type { VirtualService } from '../../istio/types.ts';
import { ApiError } from '../errors.ts';
import { ADMISSION_URL, type Inject } from '../hook-call.ts';
import { apiVersionOf, type Kind, splitApiVersion } from '../kinds.ts';
import { isMap, type LocalObject } from '../object.ts';
import { applyJsonPatch, type Operation } from './json-patch.ts';

/** One write, as an admission webhook is told of it. */
export interface Admission {
  uid: string;
  kind: Kind;
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

/** The webhook's matchConditions: our marks or our route names, in either object. */
export function hasOurMarks(object: LocalObject | undefined): boolean {
  if (!object) return false;
  const { annotations = {}, labels = {} } = object.metadata;
  const routes = (object as unknown as VirtualService).spec?.http ?? [];
  return (
    PLAN_ANNOTATION in annotations ||
    Object.keys(labels).some((label) => label.startsWith(ENV_LABEL_PREFIX)) ||
    (Array.isArray(routes) &&
      routes.some((route) => isMap(route) && isInjectedRouteName(route.name)))
  );
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

async function ask(inject: Inject, admission: Admission): Promise<ReviewResponse | undefined> {
  try {
    const body = admissionReview(admission);
    const answer = await inject({ method: 'POST', url: ADMISSION_URL, body });
    return answer.statusCode === 200 ? readResponse(answer.body, admission.uid) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The mutating webhook in the write path, with `failurePolicy: Ignore`:
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
export async function admit(inject: Inject, admission: Admission): Promise<AdmissionOutcome> {
  const { object, oldObject, kind } = admission;
  const concerned =
    kind.kind === 'VirtualService' && (hasOurMarks(object) || hasOurMarks(oldObject));
  if (!concerned) return { object, warnings: [] };
  const response = await ask(inject, admission);
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
