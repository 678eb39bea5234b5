import type { VirtualEnvironment, VirtualEnvironmentStatus } from '../../api/virtualenvironment.ts';
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
import { readableStatus } from './status.ts';
import {
  finalizeVirtualEnvironment,
  syncVirtualEnvironment,
  type VirtualEnvironmentDecision,
} from './sync.ts';

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
  service: Service,
): CompositeResponse {
  const { config, now, metrics } = service;
  const refusals = validator.specErrors(request.parent);
  for (const { reason } of refusals) metrics.refusals.inc({ reason });
  const answer = syncVirtualEnvironment(requestOf(request), refusals, config, now());
  return answered(answer, request, service);
}

function finalizeHook(request: CompositeRequest, service: Service): CompositeResponse {
  const answer = finalizeVirtualEnvironment(requestOf(request), service.config, service.now());
  return answered(answer, request, service);
}

function requestOf({ parent, children, related }: CompositeRequest) {
  return { parent: parent as VirtualEnvironment, children, related };
}

/** Logs one line when what people see of the state changes. */
function answered(
  answer: VirtualEnvironmentDecision | Refusal,
  { parent }: CompositeRequest,
  { metrics, log }: Service,
): CompositeResponse {
  if ('reason' in answer) {
    metrics.refusals.inc({ reason: answer.reason });
    throw new RefusedError(answer.message);
  }
  const before = readyIn(readableStatus(parent));
  const ready = readyIn(answer.status);
  if (before?.reason !== ready?.reason || answer.finalized === true) {
    const { namespace, name } = parent.metadata;
    const { finalized } = answer;
    log.info(
      { environment: `${namespace}/${name}`, reason: ready?.reason, finalized },
      ready?.message,
    );
  }
  return answer;
}

function readyIn({ conditions }: VirtualEnvironmentStatus) {
  return conditions?.find(({ type }) => type === 'Ready');
}
