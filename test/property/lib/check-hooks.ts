import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type {
  AdmissionReview,
  AdmissionReviewResponse,
  CompositeRequest,
  CompositeResponse,
} from '../../../src/hooks/types.ts';
import type { DestinationRule, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { applyJsonPatch, type Operation } from '../../../src/simulator/api-server/json-patch.ts';
import type { Inject } from '../../../src/simulator/hook-call.ts';
import { toJson } from '../../../src/simulator/object.ts';
import { firstDifference } from './first-difference.ts';
import { ledIn } from './mirror.ts';
import type { TestService } from './service.ts';
import { randomFrom, shuffled } from './shuffle.ts';

/** Every fifth call is repeated in other ways. */
const SAMPLE = 5;

export interface HookWatch {
  inject: Inject;
  calls(): number;
}

/** The service with its HTTP server. Its answers are checked, and some calls are repeated. */
export function watchHooks(
  service: TestService,
  now: () => Date,
  complain: (problem: string) => void,
): HookWatch {
  let calls = 0;
  const random = randomFrom(1);
  const ask: Inject = async ({ method, url, body }) => {
    const answer = await service.app.inject({ method, url, payload: body as object });
    return { statusCode: answer.statusCode, body: answer.body };
  };
  /** Returned, not thrown: a rejection would look like a lost connection. */
  const frozenAnswer = (url: string, body: unknown): string => {
    try {
      return JSON.stringify(service.answerFrozen(url, body));
    } catch (error) {
      return String(error);
    }
  };
  const askAgain: Inject = async (call) => {
    const answer = await ask(call);
    const again = await ask({ ...call, body: shuffled(call.body, random) });
    const difference = differenceOf(call.url, call.body, answer.body, again.body);
    if (difference !== undefined)
      complain(`${call.url} depends on the order of its input: ${difference}`);
    const direct = frozenAnswer(call.url, toJson(call.body));
    if (direct !== answer.body) complain(`${call.url} answers the same input with ${direct}`);
    return answer;
  };
  return {
    inject: async (call) => {
      calls += 1;
      const answer = await (calls % SAMPLE === 0 ? askAgain : ask)(call);
      if (answer.statusCode !== 200) complain(`${call.url} answers ${answer.body}`);
      else if (/sync|finalize/.test(call.url) && call.url.startsWith('/dynamicenv')) {
        const response = JSON.parse(answer.body) as CompositeResponse;
        for (const problem of lostChildren(
          call.body as CompositeRequest,
          response,
          service.config,
          now(),
        )) {
          complain(problem);
        }
      }
      return answer;
    },
    calls: () => calls,
  };
}

/** Compares answers as JSON. Patches are compared by their result. */
function differenceOf(url: string, body: unknown, a: string, b: string): string | undefined {
  if (!url.startsWith('/admission')) return firstDifference(JSON.parse(a), JSON.parse(b));
  const { request } = body as AdmissionReview;
  const [one, two] = [a, b].map((text) => patched(request.object, JSON.parse(text)));
  return firstDifference(one, two);
}

function patched(object: unknown, { response }: AdmissionReviewResponse): unknown {
  if (response.patch === undefined) return object;
  const text = Buffer.from(response.patch, 'base64').toString('utf8');
  return applyJsonPatch(object, JSON.parse(text) as Operation[]);
}

/**
 * Metacontroller deletes a child that an answer omits. Only a child that has drained, or that never got a request, may
 * be missing.
 */
function lostChildren(
  request: CompositeRequest,
  response: CompositeResponse,
  config: { drainSeconds: number },
  now: Date,
): string[] {
  const force = request.parent.metadata.annotations?.['riskified.com/force-removal'] === 'true';
  const observed = Object.values(request.children).flatMap((group) => Object.values(group));
  const lost = observed.filter((child) => !response.children.some((kept) => isSame(kept, child)));
  return lost
    .filter((child) => !force && !mayGo(child, request, config, now))
    .map(
      ({ kind, metadata }) =>
        `the answer for ${request.parent.metadata.name} loses ${kind} ${metadata.name}`,
    );
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  const key = ({ kind, metadata }: KubeObject) =>
    `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  return key(a) === key(b);
}

function mayGo(
  child: KubeObject,
  request: CompositeRequest,
  { drainSeconds }: { drainSeconds: number },
  now: Date,
): boolean {
  if (child.kind === 'DestinationRule' && hasTwin(child as DestinationRule, request)) return true;
  const since = child.metadata.annotations?.['riskified.com/draining-since'];
  if (since !== undefined) return now.getTime() - Date.parse(since) >= drainSeconds * 1000;
  if (child.kind === 'DestinationRule') return false;
  return !isReached(child, request);
}

function hasTwin({ metadata, spec }: DestinationRule, { children }: CompositeRequest): boolean {
  const rules = Object.values(children['DestinationRule.networking.istio.io/v1'] ?? {});
  return rules.some(
    (other) =>
      other.metadata.name !== metadata.name &&
      other.metadata.annotations?.['riskified.com/service-host'] ===
        metadata.annotations?.['riskified.com/service-host'] &&
      (other as DestinationRule).spec.subsets?.[0]?.name === spec.subsets?.[0]?.name,
  );
}

/** Does any route that was sent to the service lead to the clone of this child? */
function isReached(child: KubeObject, { related }: CompositeRequest): boolean {
  const spec = (child as RouteInjection).spec as Partial<RouteInjection['spec']> | undefined;
  const isInjection = child.kind === 'RouteInjection';
  if (isInjection && spec?.active === true) return true;
  const clone = isInjection ? spec?.clone : child.metadata.name;
  const shown = related['VirtualService.networking.istio.io/v1'] ?? {};
  return ledIn(Object.values(shown) as VirtualService[]).some(
    (led) => led.clone === clone && (!isInjection || led.host === spec?.host),
  );
}
