import type { Condition, DynamicEnv } from '../../api/dynamicenv.ts';
import { envId } from '../../api/env-id.ts';
import { semanticRefusals } from '../../api/semantic.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { compositeHooks } from '../../hooks/controller-hooks.ts';
import type { Hook } from '../../hooks/hook.ts';
import type { Service as HookService } from '../../hooks/service.ts';
import type {
  CompositeRequest,
  CompositeResponse,
  CustomizeRequest,
  CustomizeResponse,
  ObjectMap,
} from '../../hooks/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import { DYNAMIC_ENV_CONTROLLER } from './controller.ts';
import { relatedToEnv } from './customize.ts';
import { changesOf } from './lifecycle/changes.ts';
import { inEffect } from './lifecycle/in-effect.ts';
import { observe } from './observed.ts';
import { withReadableStatus } from './readable-status.ts';
import type { EnvSettings } from './settings.ts';
import { type EnvDecision, finalizeEnv, syncEnv } from './sync.ts';

type Service = HookService<EnvSettings>;

/** `validator`: of DynamicEnvs. */
export function envHooks(validator: CrdValidator): Hook<Service>[] {
  return compositeHooks<Service>(DYNAMIC_ENV_CONTROLLER, {
    customize: (request, service) => customizeEnv(request, validator, service),
    sync: (request, service, sentBytes) => syncEnvHook(request, validator, service, sentBytes),
    finalize: finalizeEnvHook,
  });
}

function customizeEnv(
  { parent }: CustomizeRequest,
  validator: CrdValidator,
  { config }: Service,
): CustomizeResponse {
  const env = withoutNulls(parent as DynamicEnv);
  const isUsable = validator.specErrors(env).length === 0;
  // Without a usable spec, only what is needed to remove the env's routes is asked for.
  const usable = isUsable ? asStored(env, validator) : { ...env, spec: { istioMatches: [] } };
  return { relatedResources: relatedToEnv(usable, config) };
}

function syncEnvHook(
  request: CompositeRequest,
  validator: CrdValidator,
  service: Service,
  sentBytes: number | undefined,
): CompositeResponse {
  const sent = withoutNulls(withReadableStatus(request.parent));
  const { children, related } = request;
  const errors = validator.specErrors(sent);
  const env = errors.length > 0 ? sent : asStored(sent, validator);
  const refusals = errors.length > 0 ? errors : semanticErrors(env, children, service.config);
  for (const { reason } of refusals) service.metrics.refusals.inc({ reason });
  const input = { env, children, related, sentBytes };
  const decision = syncEnv(input, refusals, service.config, service.now());
  logChange(env, children, decision, service);
  return decision;
}

function finalizeEnvHook(request: CompositeRequest, service: Service): CompositeResponse {
  const env = withSpec(withoutNulls(withReadableStatus(request.parent)));
  const { children, related } = request;
  const decision = finalizeEnv({ env, children, related }, service.config, service.now());
  logChange(env, children, decision, service);
  return decision;
}

/** As the API server stores it: a field that is null counts as absent (see `crd/defaults.ts`). */
function withoutNulls(env: DynamicEnv): DynamicEnv {
  if (!isMap(env.spec) || !Object.values(env.spec).includes(null)) return env;
  const set = Object.entries(env.spec).filter(([, value]) => value !== null);
  return { ...env, spec: Object.fromEntries(set) as unknown as DynamicEnv['spec'] };
}

/** At removal the spec is not validated, and it may be missing. The env's children are removed all the same. */
function withSpec(env: DynamicEnv): DynamicEnv {
  return isMap(env.spec) ? env : { ...env, spec: { istioMatches: [] } };
}

/** A valid spec as the API server stores it: nulls count as absent at every depth. */
function asStored(env: DynamicEnv, validator: CrdValidator): DynamicEnv {
  if (!JSON.stringify(env.spec).includes(':null')) return env;
  return { ...env, spec: validator.withDefaults({ spec: env.spec }).spec };
}

/**
 * Violations of the rules that a CRD cannot express. The CRD's own rules are checked before: the spec may have been stored before the
 * CRD had them.
 */
function semanticErrors(
  env: DynamicEnv,
  children: ObjectMap,
  config: EnvSettings,
): readonly Refusal[] {
  return semanticRefusals(env, {
    ...config,
    subsetName: envId(env.metadata.name),
    inEffect: inEffect(children),
  });
}

/** Logs one line when the decision changes children or the state that users see; an idle sync logs nothing. */
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
