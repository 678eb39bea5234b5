import type { WebhookDefinition } from '../hooks/webhook.ts';
import type { Clock } from './clock.ts';
import type { FaultState } from './faults.ts';
import { toJson } from './object.ts';

export interface HookAnswer {
  statusCode: number;
  body: string;
  headers?: Record<string, unknown>;
}

/** How the cluster reaches the service; wraps Fastify's `inject`. A rejection is a connection that failed. */
export type Inject = (call: { method: 'POST'; url: string; body: unknown }) => Promise<HookAnswer>;

export interface HookCall {
  time: string;
  url: string;
  /** HTTP status; 0: no answer. */
  status: number;
}

export interface HookClient {
  call: Inject;
  calls: HookCall[];
}

/** Every call to the service goes through here: it is recorded, and faults are applied. */
export function createHookClient(
  clock: Clock,
  inject: Inject,
  webhooks: readonly WebhookDefinition[],
  faults: FaultState,
): HookClient {
  const calls: HookCall[] = [];
  const note = (url: string, status: number): void => {
    calls.push({ time: clock.now().toISOString(), url, status });
  };
  const answer: Inject = async (call) => {
    const fault = faults.hookFault(call.url);
    const isWebhook = webhooks.some(({ path }) => path === call.url);
    if (isWebhook && faults.webhookLost()) throw new Error(REFUSED);
    if (fault?.mode === 'timeout') throw new Error(TIMED_OUT);
    if (fault?.mode === 'refused') throw new Error(REFUSED);
    if (fault) return { statusCode: fault.status ?? 500, body: fault.body ?? 'a fault' };
    return inject({ ...call, body: toJson(call.body) });
  };
  return {
    calls,
    call: async (call) => {
      try {
        const answered = await answer(call);
        note(call.url, answered.statusCode);
        return answered;
      } catch (error) {
        note(call.url, 0);
        throw error;
      }
    },
  };
}

export const TIMED_OUT =
  'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
const REFUSED = 'connect: connection refused';
