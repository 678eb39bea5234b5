import { FORCE_REMOVAL_ANNOTATION } from '../../../api/marks.ts';
import { byText } from '../../../k8s/canonical.ts';
import { type Finding, no, yes } from '../../../k8s/condition.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { planOf } from '../../../virtualservice/routes/plan-codec.ts';
import type { EnvContext } from '../context.ts';
import { eventsStall } from '../events/stall.ts';
import { carriers, ownerOf } from '../plan/routes-seen.ts';

/** A route that is still there after this many seconds needs a person's attention. */
const STALL_SECONDS = 120;

export interface Stall {
  finding: Finding;
  /** Seconds until the finding may change by itself. */
  wait?: number;
}

/** What holds up a removal: routes that stay, and messages that nobody handles. */
export function findStall(context: EnvContext): Stall {
  const routes = routesStall(context);
  const { finding, waits } = eventsStall(context);
  const all = [...waits, ...(routes.wait === undefined ? [] : [routes.wait])];
  const wait = all.length === 0 ? {} : { wait: Math.min(...all) };
  if (finding === undefined) return { finding: routes.finding, ...wait };
  if (routes.finding.status !== true) return { finding, ...wait };
  const message = `${routes.finding.message}; ${finding.message}`;
  return { finding: { ...routes.finding, message }, ...wait };
}

/** The VirtualServices that hold up a removal: their routes were withdrawn two minutes ago, and are still there. */
function routesStall({ env, observed, view, config, now }: EnvContext): Stall {
  const held = observed.injections
    .filter(({ spec }) => !spec.active)
    .flatMap((injection) => {
      // The withdrawal is the last write. A time that we note ourselves would depend on which of two syncs came first.
      const since = lastWritten(injection) ?? env.metadata.deletionTimestamp;
      const on = carriers(view.virtualServices(), ownerOf(injection), config);
      return since === undefined || on.length === 0
        ? []
        : [{ on, since, left: secondsLeft(since, STALL_SECONDS, now) }];
    });
  const overdue = held.filter(({ left }) => left === 0);
  const stalled = overdue.flatMap(({ on }) => on);
  const waits = held.map(({ left }) => left).filter((left) => left > 0);
  const wait = waits.length === 0 ? {} : { wait: Math.min(...waits) };
  if (stalled.length === 0)
    return { finding: no('Progressing', 'nothing blocks this env'), ...wait };
  const names = stalled.map((virtualService) => {
    const { metadata } = virtualService;
    const attempts = planOf(virtualService)?.attempt ?? 0;
    return `${metadata.namespace}/${metadata.name} (asked ${attempts + 1} times)`;
  });
  const message = `routes stay in VirtualService ${[...new Set(names)].join(', ')}; check that it is writable, and that the admission webhook is reachable; annotation ${FORCE_REMOVAL_ANNOTATION}: "true" on this env skips the wait`;
  const [first = ''] = overdue.map(({ since }) => since).sort(byText);
  const since = rfc3339(new Date(Date.parse(first) + STALL_SECONDS * 1000));
  return { finding: { ...yes('RoutesRemain', message), since }, ...wait };
}
