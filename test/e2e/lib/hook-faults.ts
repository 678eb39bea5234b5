import type { IncomingMessage, ServerResponse } from 'node:http';

export interface HookFault {
  /** `error`: HTTP 500; `timeout`: no response; `refused`: the connection is closed. Default: `refused`. */
  mode?: 'error' | 'timeout' | 'refused';
  /** Body of the response with mode `error`. */
  message?: string;
  /** Number of calls that fail. Default: all. */
  times?: number;
}

interface Entry {
  hook: string;
  fault: HookFault;
  left: number;
  /** Open responses of calls with mode `timeout`. */
  held: Set<ServerResponse>;
}

/** Makes calls of the hooks fail. `add` adds a fault and returns a function that removes it. */
export function createHookFaults() {
  const entries = new Set<Entry>();
  return {
    add: (hook: string, fault: HookFault): (() => void) => {
      const left = fault.times ?? Number.POSITIVE_INFINITY;
      const entry: Entry = { hook, fault, left, held: new Set() };
      entries.add(entry);
      return () => {
        entries.delete(entry);
        for (const response of entry.held) response.destroy();
      };
    },
    /** If a fault concerns the call: makes the call fail, and returns true. */
    fail: (request: IncomingMessage, response: ServerResponse): boolean => {
      const entry = [...entries].find(({ hook, left }) => left > 0 && concerns(hook, request.url));
      if (entry === undefined) return false;
      entry.left -= 1;
      answer(entry, response);
      return true;
    },
  };
}

function concerns(hook: string, url = ''): boolean {
  return hook === 'all'
    ? /^\/(dynamicenv|route-injection|virtual-environment)\//.test(url)
    : hook === url;
}

function answer({ fault, held }: Entry, response: ServerResponse): void {
  if (fault.mode === 'error') {
    response.statusCode = 500;
    response.end(fault.message ?? 'internal error');
  } else if (fault.mode === 'timeout') {
    held.add(response);
    response.on('close', () => held.delete(response));
  } else {
    response.destroy();
  }
}
