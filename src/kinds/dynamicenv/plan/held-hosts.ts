import type { RouteInjection } from '../../../api/routeinjection.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import type { EnvContext } from '../context.ts';
import {
  baseKeyOf,
  hostOf,
  injectionBaseKey,
  isBeingDeleted,
  keep,
  type Observed,
} from '../observed.ts';
import type { HostPlan } from './host-plan.ts';
import { cloneName } from './names.ts';
import { readableOwn } from './subset-arrival.ts';
import { hasSameTarget } from './target-state.ts';
import type { EnvWorkload } from './workloads.ts';

/** A target as injections name it. */
export type TargetName = Pick<RouteInjection['spec'], 'clone' | 'service'>;

/**
 * The hosts of a workload whose new target cannot be used: they stay as they are while their routes lead to another target that
 * can still be used. `wanted`: the new target; undefined: whatever the routes lead to, since the base is gone.
 */
export function heldHosts(
  entry: EnvWorkload,
  wanted: { name: string; serviceHost?: string } | undefined,
  { env, observed }: EnvContext,
): HostPlan[] {
  const clone = cloneName(entry.workload.name, env.metadata.name);
  return observed.injections
    .filter((own) => own.spec.active && injectionBaseKey(own) === entry.key)
    .filter(({ spec }) => wanted === undefined || !isNamed(spec, wanted))
    .filter((own) => isUsable(own, clone, observed))
    .map((own): HostPlan => {
      const { spec } = own;
      const [service = '', namespace = ''] = spec.host.split('.');
      const kept = keep(own);
      const { leaving: _leaving, ref: _ref, ...rest } = kept.spec;
      const { istioMatches: matches = [], ref } = env.spec;
      return {
        service,
        namespace,
        host: spec.host,
        rules: rulesOf(own, observed).map(keep),
        harmful: [],
        ...(spec.service === undefined ? {} : { isRuleless: true as const }),
        injection: {
          ...kept,
          spec: { ...rest, matches, ...(ref === undefined ? {} : { ref }) },
        },
        held: heldText(spec, wanted === undefined ? 'the base is there again' : undefined),
      };
    });
}

function isNamed(
  spec: RouteInjection['spec'],
  { name, serviceHost }: { name: string; serviceHost?: string },
): boolean {
  return spec.clone === name && spec.service?.host === serviceHost;
}

/** Words for the status of routes that stay where they are for now. */
export function heldText(
  { clone, service }: TargetName,
  until = 'the version that is asked for can be used',
): string {
  const kind = service === undefined ? 'Deployment' : 'Service';
  return `its routes stay with ${kind} ${clone} until ${until}`;
}

function rulesOf({ spec }: RouteInjection, { rules }: Observed) {
  const key = `${spec.deployment.namespace}/${spec.deployment.name}`;
  return rules.filter((rule) => baseKeyOf(rule) === key && hostOf(rule) === spec.host);
}

/**
 * May the routes of an active injection stay? A clone and its subsets are seen. Whether another person's Deployment or Service is still
 * there is not known: the spec does not name it any more.
 */
export function isUsable(own: RouteInjection, clone: string, observed: Observed): boolean {
  const { spec } = own;
  if (spec.service !== undefined) return true;
  if (spec.subset === undefined) return false;
  const isClone = hasSameTarget(spec, { clone });
  const deployment = observed.deployments.find(
    ({ metadata }) => metadata.name === clone && metadata.namespace === spec.deployment.namespace,
  );
  if (isClone && (deployment === undefined || isBeingDeleted(deployment))) return false;
  const rules = rulesOf(own, observed).flatMap((rule) => readableOwn(rule, observed) ?? []);
  const names = targetSubsets(spec);
  return (
    rules.length > 0 &&
    rules.every(
      (rule) =>
        !isBeingDeleted(rule) &&
        names.every((name) => rule.spec.subsets?.some((subset) => subset.name === name)),
    )
  );
}
