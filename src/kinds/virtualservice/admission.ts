import { allow } from '../../hooks/admission.ts';
import type { AdmissionService } from '../../hooks/service.ts';
import type { AdmissionReview, AdmissionReviewResponse } from '../../hooks/types.ts';
import type { VirtualService } from '../../istio/types.ts';
import { type Amendment, admit } from './admit.ts';
import { nameOf } from './name.ts';
import type { VirtualServiceSettings } from './settings.ts';

type Service = AdmissionService<VirtualServiceSettings>;

export function admitVirtualService(
  { request }: AdmissionReview,
  service: Service,
  bodyBytes: number | undefined,
): AdmissionReviewResponse {
  const { uid, operation, object, oldObject, userInfo } = request;
  const isWrite = operation === 'CREATE' || operation === 'UPDATE';
  if (!object || !isWrite) return allow(uid, []);
  const virtualService = withNamespace(object as VirtualService, request.namespace);
  const amendment = admit(
    {
      operation,
      username: userInfo.username,
      object: virtualService,
      oldObject: (oldObject ?? null) as VirtualService | null,
      ...(bodyBytes === undefined ? {} : { sentBytes: bodyBytes }),
    },
    service.config,
  );
  // A dry run changes nothing, so it is neither logged nor counted.
  if (request.dryRun !== true) {
    report(amendment, { virtualService: nameOf(virtualService), user: userInfo.username }, service);
  }
  return allow(uid, amendment.patch);
}

function report(amendment: Amendment, facts: object, { log, metrics }: Service): void {
  const { patch, routes, restoredMarks, refusal, unreadable } = amendment;
  if (refusal !== undefined) {
    metrics.refusals.inc({ reason: 'WouldAlterRoutes' });
    log.error(facts, refusal);
  }
  if (unreadable !== undefined) log.warn(facts, `no routes were rendered: ${unreadable}`);
  if (patch.length === 0) return;
  metrics.routesRendered.inc(routes);
  if (restoredMarks) {
    metrics.restoredMarks.inc();
    log.warn(
      { ...facts, routes },
      'marks were changed by a user who is not --metacontroller-user, and were restored',
    );
  } else {
    log.info({ ...facts, routes }, 'VirtualService amended');
  }
}

/** A manifest may have no namespace: then the request's path has it. */
function withNamespace(object: VirtualService, namespace: string | undefined): VirtualService {
  if (object.metadata.namespace !== undefined || namespace === undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
