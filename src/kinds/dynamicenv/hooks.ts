import type { Condition, DynamicEnv } from '../../api/dynamicenv.ts';
import { envId } from '../../api/env-id.ts';
import { semanticRefusals } from '../../api/semantic.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { Service } from '../../hooks/service.ts';
import type {
  CompositeRequest,
  CompositeResponse,
  CustomizeRequest,
  CustomizeResponse,
  ObjectMap,
} from '../../hooks/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { relatedToEnv } from './customize.ts';
import { changesOf } from './lifecycle/changes.ts';
import { inEffect } from './lifecycle/in-effect.ts';
import { observe } from './observed.ts';
import { withReadableStatus } from './readable-status.ts';
import { type EnvDecision, finalizeEnv, syncEnv } from './sync.ts';

export function customizeEnv({ parent }: CustomizeRequest, service: Service): CustomizeResponse {
  const env = parent as DynamicEnv;
  const isUsable = service.validator.specErrors(env).length === 0;
  // Without a usable spec the routes are all that is needed, for the way out.
  const usable = isUsable ? env : { ...env, spec: { istioMatches: [] } };
  return { relatedResources: relatedToEnv(usable, service.config) };
}

export function syncEnvHook(
  request: CompositeRequest,
  service: Service,
  sentBytes?: number,
): CompositeResponse {
  const env = withReadableStatus(request.parent);
  const { children, related } = request;
  const refusals = refusalsOf(env, children, service);
  for (const { reason } of refusals) service.metrics.refusals.inc({ reason });
  const input = { env, children, related, sentBytes };
  const decision = syncEnv(input, refusals, service.config, service.now());
  logChange(env, children, decision, service);
  return decision;
}

export function finalizeEnvHook(request: CompositeRequest, service: Service): CompositeResponse {
  const env = withReadableStatus(request.parent);
  const { children, related } = request;
  const decision = finalizeEnv({ env, children, related }, service.config, service.now());
  logChange(env, children, decision, service);
  return decision;
}

/** The CRD's own rules, for a spec that slipped past them, then what the CRD cannot say. */
function refusalsOf(
  env: DynamicEnv,
  children: ObjectMap,
  { validator, config }: Service,
): readonly Refusal[] {
  const errors = validator.specErrors(env);
  if (errors.length > 0) return errors;
  return semanticRefusals(env, {
    ...config,
    subsetName: envId(env.metadata.name),
    inEffect: inEffect(children),
  });
}

/** One line when the decision changes children, or what people see; an idle sync says nothing. */
function logChange(
  env: DynamicEnv,
  children: ObjectMap,
  decision: EnvDecision,
  { log }: Service,
): void {
  const { state, conditions } = decision.status;
  const ready = readyOf(conditions);
  const readyBefore = readyOf(env.status?.conditions);
  const changes = Object.entries(changesOf(observe(children), decision.children)).filter(
    ([, keys]) => keys.length > 0,
  );
  const isSame =
    changes.length === 0 &&
    env.status?.state === state &&
    jsonEqual([ready?.status, ready?.reason], [readyBefore?.status, readyBefore?.reason]);
  if (isSame && decision.finalized !== true) return;
  log.info(
    {
      env: env.metadata.name,
      state,
      reason: ready?.reason,
      finalized: decision.finalized,
      ...Object.fromEntries(changes),
    },
    ready?.message ?? state,
  );
}

function readyOf(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find(({ type }) => type === 'Ready');
}
