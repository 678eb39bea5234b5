import type { ConditionType, DynamicEnvStatus } from '../../api/dynamicenv.ts';
import { rfc3339 } from '../../k8s/time.ts';
import { allChildren } from '../observed.ts';
import { condition, type Verdict } from './conditions.ts';
import type { StatusContext } from './context.ts';
import { leavingWorkloads } from './leaving-workloads.ts';
import { findStall } from './stall.ts';
import { no, yes } from './verdicts.ts';

/**
 * The status of an env that is being deleted. Nothing in its times is remembered: each of its writes brings the next
 * sync, which may see a status that is one write behind, and two memories would replace one another for ever.
 */
export function removalStatus(context: StatusContext): { status: DynamicEnvStatus; wait?: number } {
  const { env, observed, now } = context;
  const { generation, deletionTimestamp = rfc3339(now) } = env.metadata;
  const previous = env.status;
  const stall = findStall(context);
  const left = allChildren(observed).length;
  const message = `${left} ${left === 1 ? 'object is' : 'objects are'} still to go`;
  const write = (type: ConditionType, verdict: Verdict) =>
    condition(type, { since: deletionTimestamp, ...verdict }, undefined, generation, now);
  return {
    status: {
      state: 'processing',
      totalCount: previous?.totalCount ?? 0,
      totalReady: 0,
      ...(previous?.match === undefined ? {} : { match: previous.match }),
      ...leavingWorkloads(context),
      conditions: [
        write('Ready', no('Removing', message)),
        write('WorkloadsReady', no('Removing', 'the clones go when no request is led to them')),
        write('RoutesInjected', no('Removing', 'the routes are taken out first')),
        write('Guarded', { ...no('Removing', 'no longer looked at'), status: 'unknown' }),
        write('Conflicting', no('Removing', 'an env on its way out takes no requests')),
        write('Reconciling', yes('Removing', message)),
        write('Stalled', stall.verdict),
      ],
    },
    ...(stall.wait === undefined ? {} : { wait: stall.wait }),
  };
}
