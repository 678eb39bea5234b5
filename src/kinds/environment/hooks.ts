import type { CrdValidator } from '../../crd/schema.ts';
import { decoratorHooks } from '../../hooks/controller-hooks.ts';
import type { Hook } from '../../hooks/hook.ts';
import { RefusedError } from '../../hooks/refused-error.ts';
import type { Service } from '../../hooks/service.ts';
import type { DecoratorRequest, DecoratorResponse } from '../../hooks/types.ts';
import { ENVIRONMENT_CONTROLLER } from './controller.ts';
import { RELATED_TO_ENVIRONMENT } from './customize.ts';
import { readableStatus } from './status.ts';
import { syncEnvironment } from './sync.ts';

/** `validator`: of Environments. */
export function environmentHooks(validator: CrdValidator): Hook<Service<unknown>>[] {
  return decoratorHooks(ENVIRONMENT_CONTROLLER, {
    customize: () => ({ relatedResources: RELATED_TO_ENVIRONMENT }),
    sync: (request, service) => syncHook(request, validator, service),
  });
}

/** Logs one line when what people see of the state changes. */
function syncHook(
  { object, related }: DecoratorRequest,
  validator: CrdValidator,
  { metrics, log, now }: Service<unknown>,
): DecoratorResponse {
  const refusals = validator.specErrors(object);
  for (const { reason } of refusals) metrics.refusals.inc({ reason });
  const status = syncEnvironment(object, related, refusals, now());
  if ('reason' in status) {
    metrics.refusals.inc({ reason: status.reason });
    throw new RefusedError(status.message);
  }
  const before = readableStatus(object).conditions?.at(0)?.reason;
  const after = status.conditions?.at(0);
  if (before !== after?.reason) {
    log.info({ environment: object.metadata.name, reason: after?.reason }, after?.message);
  }
  return { status, attachments: [] };
}
