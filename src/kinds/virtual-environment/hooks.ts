import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { compositeHooks } from '../../hooks/controller-hooks.ts';
import type { Hook } from '../../hooks/hook.ts';
import { RefusedError } from '../../hooks/refused-error.ts';
import type { Service as HookService } from '../../hooks/service.ts';
import type {
  CompositeRequest,
  CompositeResponse,
  CustomizeRequest,
  CustomizeResponse,
} from '../../hooks/types.ts';
import { VIRTUAL_ENVIRONMENT_CONTROLLER } from './controller.ts';
import { relatedToNamespace } from './customize.ts';
import type { VirtualEnvironmentSettings } from './settings.ts';
import { finalizeVirtualEnvironment, syncVirtualEnvironment } from './sync.ts';

type Service = HookService<VirtualEnvironmentSettings>;

/** `validator`: of VirtualEnvironments. */
export function virtualEnvironmentHooks(validator: CrdValidator): Hook<Service>[] {
  return compositeHooks<Service>(VIRTUAL_ENVIRONMENT_CONTROLLER, {
    customize: customizeVirtualEnvironment,
    sync: (request, service) => syncHook(request, validator, service),
    finalize: finalizeHook,
  });
}

function customizeVirtualEnvironment({ parent }: CustomizeRequest): CustomizeResponse {
  const { namespace } = parent.metadata;
  // A rule without a namespace would ask for the objects of all namespaces.
  return { relatedResources: namespace ? relatedToNamespace(namespace) : [] };
}

function syncHook(
  request: CompositeRequest,
  validator: CrdValidator,
  { config, now, metrics }: Service,
): CompositeResponse {
  const refusals = validator.specErrors(request.parent);
  for (const { reason } of refusals) metrics.refusals.inc({ reason });
  return answerOf(syncVirtualEnvironment(requestOf(request), refusals, config, now()), metrics);
}

function finalizeHook(
  request: CompositeRequest,
  { config, now, metrics }: Service,
): CompositeResponse {
  return answerOf(finalizeVirtualEnvironment(requestOf(request), config, now()), metrics);
}

function answerOf(
  answer: CompositeResponse | Refusal,
  metrics: Service['metrics'],
): CompositeResponse {
  if (!('reason' in answer)) return answer;
  metrics.refusals.inc({ reason: answer.reason });
  throw new RefusedError(answer.message);
}

function requestOf({ parent, children, related }: CompositeRequest) {
  return { parent: parent as VirtualEnvironment, children, related };
}
