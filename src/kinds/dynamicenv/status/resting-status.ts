import type { DynamicEnvStatus } from '../../../api/dynamicenv.ts';
import { RENEWED_ANNOTATION } from '../../../api/marks.ts';
import { no, yes } from '../../../k8s/condition.ts';
import type { Blocker } from '../checks/check.ts';
import { refusalTexts } from '../checks/spec-refused.ts';
import type { EnvInput } from '../gather.ts';
import type { Rest } from '../lifecycle/life-time.ts';
import { allChildren } from '../observed.ts';
import { envWorkloads } from '../plan/workloads.ts';
import { conditionWriter } from './conditions.ts';
import { matchText } from './match-text.ts';
import { heldUp, UNHINDERED } from './removal-status.ts';
import { findStall } from './stall.ts';

/**
 * The status of an env that is suspended or has expired: what to do to get it back. Only the condition Reconciling tells whether
 * children are left, and `Stalled` what holds up their removal. So the status is written twice, however long the removal takes.
 */
export function restingStatus(
  rest: Rest,
  input: EnvInput,
  blocker: Blocker | undefined,
): { status: DynamicEnvStatus; wait?: number | undefined } {
  const write = conditionWriter(input);
  const message = restText(rest, input);
  const stall = blocker === undefined ? findStall(input) : heldUp(blocker);
  const isEmpty = allChildren(input.observed).length === 0;
  return {
    status: {
      state: rest === 'Expired' ? 'expired' : 'suspended',
      ...summary(input),
      conditions: [
        write('Ready', no(rest, message)),
        write('WorkloadsReady', no(rest, 'the env keeps no clones')),
        write('RoutesInjected', no(rest, 'the env keeps no routes')),
        write('Guarded', { ...no(rest, 'not checked without clones'), status: 'unknown' }),
        write('Conflicting', no(rest, 'the env takes no requests')),
        write('Reconciling', isEmpty ? no(rest, message) : yes('Removing', UNHINDERED)),
        write('Stalled', stall.finding),
      ],
    },
    wait: stall.wait,
  };
}

/** A refused spec may have any shape: then what was known stays. */
function summary({ env, refusals }: EnvInput) {
  const { status, spec } = env;
  const isReadable = refusals.length === 0;
  // Which clones the configuration makes is not looked at now.
  const isCounted = isReadable && spec.scope === undefined;
  const match = isReadable ? matchText(spec) : status?.match;
  return {
    totalCount: isCounted ? envWorkloads(env).length : (status?.totalCount ?? 0),
    totalReady: 0,
    ...(match === undefined ? {} : { match }),
  };
}

function restText(rest: Rest, { env, refusals, life }: EnvInput): string {
  const isSuspended = env.spec?.suspend === true;
  const first =
    rest === 'Suspended'
      ? 'it keeps no clones and no routes while spec.suspend is true; set it to false to get them back'
      : `its ttl of ${env.spec?.ttl} was over at ${life.expiresAt}, so it keeps no clones and no routes; to get them back, set the annotation ${RENEWED_ANNOTATION} to the present time in UTC, as "date -u +%Y-%m-%dT%H:%M:%SZ" prints it, or lengthen spec.ttl`;
  return [
    first,
    ...(rest === 'Expired' && isSuspended
      ? ['it is suspended, too: set spec.suspend to false']
      : []),
    ...(refusals.length === 0
      ? []
      : [`before it can come back, correct: ${refusalTexts(refusals).join('; ')}`]),
  ].join('; ');
}
