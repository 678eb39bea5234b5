import { readConsumersStatus, toConsumersStatus } from '../../../api/consumer-status.ts';
import type { DynamicEnvStatus } from '../../../api/dynamicenv.ts';
import { type Finding, no, yes } from '../../../k8s/condition.ts';
import type { Blocker } from '../checks/check.ts';
import type { EnvContext } from '../context.ts';
import { conditionWriter } from './conditions.ts';

/** The status of an env that cannot be decided on now. What was known of its workloads is kept. */
export function blockedStatus(
  { reason, messages, until, waiting }: Blocker,
  context: Pick<EnvContext, 'env' | 'now'>,
): DynamicEnvStatus {
  const write = conditionWriter(context);
  const message = messages.join('; ');
  const previous = context.env.status;
  const refused = no(reason, message);
  const unjudged: Finding = {
    ...no(reason, `not checked until ${until}; existing objects stay as they are`),
    status: 'unknown',
  };
  return {
    ...(previous?.subsetsStatus === undefined ? {} : { subsetsStatus: previous.subsetsStatus }),
    ...toConsumersStatus(readConsumersStatus(previous)),
    ...(previous?.configuration === undefined ? {} : { configuration: previous.configuration }),
    state: 'degraded',
    totalCount: previous?.totalCount ?? 0,
    totalReady: previous?.totalReady ?? 0,
    ...(previous?.match === undefined ? {} : { match: previous.match }),
    conditions: [
      write('Ready', refused),
      write('WorkloadsReady', unjudged),
      write('RoutesInjected', unjudged),
      write('Guarded', unjudged),
      write('Conflicting', unjudged),
      write('Reconciling', no(reason, waiting)),
      write('Stalled', yes(reason, message)),
    ],
  };
}
