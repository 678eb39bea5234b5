import type { Echo } from '../../lib/echo.ts';
import type { Answer, Door, Intent, Sent } from './request.ts';
import { http1 } from './send-http1.ts';
import { http2 } from './send-http2.ts';

/** A response. `way`: what the proxy reports about its route. */
export interface Response {
  status: number;
  body: string;
  /** The first `set-cookie`. */
  cookie?: string;
  way: string;
}

/** Sends one request. Rejects when there was no complete answer. */
export type Send = (intent: Intent, signal: AbortSignal) => Promise<Response>;

export interface Sender {
  send(intent: Intent): Promise<Sent>;
  close(): void;
}

/** Timeout of a request. It is longer than any correct answer takes. */
const PATIENCE_MS = 15_000;
const DETAIL_LENGTH = 160;
/** The variable by which the pods of two Environments differ. */
const SETTING = 'SETTING';

/** Sends requests for a host to listeners. `send` never rejects, because a missing answer is a result, too. */
export function createSender(doors: readonly Door[], host: string): Sender {
  const ways = doors.map((door) => ({ http1: http1(door, host), http2: http2(door, host) }));
  return {
    send: async (intent) => {
      const way = ways[intent.door]?.[intent.protocol];
      if (way === undefined) throw new Error(`there is no listener ${intent.door}`);
      const start = Date.now();
      const answer = await way.send(intent, AbortSignal.timeout(PATIENCE_MS)).then(answered, lost);
      return { ...intent, ...answer, start, end: Date.now() };
    },
    close: () => {
      for (const way of ways.flatMap((both) => Object.values(both))) way.close();
    },
  };
}

function lost(error: Error & { code?: string }): Answer {
  return { status: 0, detail: `${error.code ?? error.name}: ${error.message}` };
}

/** A pod's answer contains the pod's identity. The text of any other answer becomes the detail. */
function answered({ status, body, way, cookie }: Response): Answer {
  const { pod, labels, variables } = echoOf(body);
  const setting = variables?.[SETTING];
  const version = labels?.['version'];
  if (status === 200 && version !== undefined && pod !== undefined) {
    const told = { status, version, pod, ...(setting === undefined ? {} : { setting }) };
    return cookie === undefined ? told : { ...told, cookie };
  }
  return { status, detail: `${way} ${body.slice(0, DETAIL_LENGTH)}` };
}

function echoOf(body: string): Partial<Pick<Echo, 'pod' | 'labels' | 'variables'>> {
  try {
    return JSON.parse(body);
  } catch {
    // Envoy's own answers are plain text.
    return {};
  }
}
