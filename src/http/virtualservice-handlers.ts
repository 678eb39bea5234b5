import type { RouteInjection } from '../api/routeinjection.ts';
import { allow } from '../hooks/admission.ts';
import type {
  AdmissionReview,
  AdmissionReviewResponse,
  CustomizeRequest,
  CustomizeResponse,
  DecoratorRequest,
  DecoratorResponse,
} from '../hooks/types.ts';
import type { VirtualService } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import { admit } from '../virtualservice/admit.ts';
import { relatedInjections } from '../virtualservice/customize.ts';
import { decorate } from '../virtualservice/sync.ts';
import type { Service } from './service.ts';

export function customizeVirtualService(
  { parent }: CustomizeRequest,
  { config }: Service,
): CustomizeResponse {
  return { relatedResources: relatedInjections(parent as VirtualService, config) };
}

export function syncVirtualService(request: DecoratorRequest, service: Service): DecoratorResponse {
  const virtualService = request.object as VirtualService;
  const injections = Object.entries(request.related['RouteInjection.riskified.com/v1alpha1'] ?? {})
    .sort(([a], [b]) => byText(a, b))
    .map(([, object]) => object as RouteInjection);
  const { isRepair, ...decoration } = decorate(
    virtualService,
    injections,
    service.config,
    service.now(),
  );
  if (isRepair) {
    service.metrics.repairs.inc();
    service.log.warn(
      { virtualService: nameOf(virtualService) },
      'routes are not as planned; asking the API server once more to have them rendered',
    );
  }
  return { ...decoration, attachments: [] };
}

export function admitVirtualService(
  { request }: AdmissionReview,
  service: Service,
): AdmissionReviewResponse {
  const { uid, operation, object, oldObject, userInfo } = request;
  if (object === null || (operation !== 'CREATE' && operation !== 'UPDATE')) return allow(uid, []);
  const virtualService = withNamespace(object as VirtualService, request.namespace);
  const amendment = admit(
    {
      operation,
      username: userInfo.username,
      object: virtualService,
      oldObject: oldObject as VirtualService | null,
    },
    service.config,
  );
  const facts = { virtualService: nameOf(virtualService), user: userInfo.username };
  if (amendment.restoredMarks) {
    service.metrics.restoredMarks.inc();
    service.log.warn(
      facts,
      'marks of this system were changed by a user who is not --metacontroller-user, and put back',
    );
  }
  if (amendment.refusal !== undefined) {
    service.metrics.refusals.inc({ reason: 'WouldAlterRoutes' });
    service.log.error(facts, amendment.refusal);
  }
  if (amendment.patch.length > 0) {
    service.metrics.routesRendered.inc(amendment.routes);
    service.log.info({ ...facts, routes: amendment.routes }, 'VirtualService amended');
  }
  return allow(uid, amendment.patch);
}

/** A manifest may leave its namespace to the request's path. */
function withNamespace(object: VirtualService, namespace: string | undefined): VirtualService {
  if (object.metadata.namespace !== undefined || namespace === undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function nameOf({ metadata }: VirtualService): string {
  return `${metadata.namespace}/${metadata.name}`;
}
