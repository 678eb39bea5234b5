import { ApiError, conflict } from './errors.ts';
import { describe, type ServedKind } from './kinds.ts';
import type { LocalObject } from './object.ts';

/** Which calls fail: those with exactly this URL, or those whose URL matches. */
export type UrlPattern = string | RegExp;

export interface HookFault {
  /** `error`: an HTTP status; `timeout`: no answer in time; `refused`: no connection. Default: `error`. */
  mode?: 'error' | 'timeout' | 'refused';
  /** Default 500. */
  status?: number;
  body?: string;
  /** How often; default: until the fault is lifted. */
  times?: number;
}

/** One write as a fault sees it. */
export interface WriteAttempt {
  user: string;
  verb: string;
  kind: string;
  namespace: string | undefined;
  name: string;
}

export interface WriteFault {
  /** `conflict`: 409, as if somebody else had written meanwhile. Default: refused with 403 and the message. */
  mode?: 'conflict' | 'refuse';
  message?: string;
  times?: number;
}

/** Takes the fault away again. */
export type Lift = () => void;

export interface Faults {
  failHook(url: UrlPattern, fault?: HookFault): Lift;
  /** No webhook can be reached: `failurePolicy: Ignore` lets writes pass without them. */
  loseWebhook(): Lift;
  failWrite(which: (attempt: WriteAttempt) => boolean, fault?: WriteFault): Lift;
  /** The pods of a Deployment stop being ready until the fault is lifted. */
  crash(namespace: string, name: string): Lift;
}

export interface FaultState {
  faults: Faults;
  hookFault(url: string): HookFault | undefined;
  webhookLost(): boolean;
  /** Throws when a fault applies to this write. */
  checkWrite(attempt: WriteAttempt, kind: ServedKind): void;
  crashed(deployment: LocalObject): boolean;
}

/** Rules that are removed after they were used `times` times. */
function createRules<T extends { times?: number }>() {
  const rules = new Set<{ rule: T; left: number }>();
  return {
    add: (rule: T): Lift => {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.add(entry);
      return () => {
        rules.delete(entry);
      };
    },
    use: (matches: (rule: T) => boolean): T | undefined => {
      const entry = [...rules].find(({ rule }) => matches(rule));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) rules.delete(entry);
      return entry.rule;
    },
    size: () => rules.size,
  };
}

/** Calls `changed` when a Deployment's pods crash or recover. */
export function createFaults(changed: (namespace: string, name: string) => void): FaultState {
  const hooks = createRules<HookFault & { url: UrlPattern }>();
  const webhook = createRules<{ times?: number }>();
  const writes = createRules<WriteFault & { which: (attempt: WriteAttempt) => boolean }>();
  const crashes = new Set<string>();
  return {
    faults: {
      failHook: (url, fault = {}) => hooks.add({ ...fault, url }),
      loseWebhook: () => webhook.add({}),
      failWrite: (which, fault = {}) => writes.add({ ...fault, which }),
      crash: (namespace, name) => {
        crashes.add(`${namespace}/${name}`);
        changed(namespace, name);
        return () => {
          crashes.delete(`${namespace}/${name}`);
          changed(namespace, name);
        };
      },
    },
    hookFault: (url) =>
      hooks.use((rule) => (typeof rule.url === 'string' ? rule.url === url : rule.url.test(url))),
    webhookLost: () => webhook.size() > 0,
    checkWrite: (attempt, kind) => {
      const fault = writes.use(({ which }) => which(attempt));
      if (!fault) return;
      const what = describe(kind, attempt.name);
      if (fault.mode === 'conflict') throw conflict(what);
      const why = fault.message ?? 'refused by a fault';
      throw new ApiError(403, 'Forbidden', `${what} is forbidden: ${why}`);
    },
    crashed: ({ metadata }) => crashes.has(`${metadata.namespace}/${metadata.name}`),
  };
}
