import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

type Fields = Record<string, unknown>;

/** A message of Chromium that nobody asked for. `sessionId`: the tab. */
interface ProtocolEvent {
  method: string;
  params?: Fields;
  sessionId?: string;
}

interface Answer {
  id: number;
  result?: Fields;
  error?: { message: string };
}

/** The Chrome DevTools Protocol (https://chromedevtools.github.io/devtools-protocol/). */
export interface Protocol {
  call(method: string, params?: Fields, sessionId?: string): Promise<Fields>;
  /** Waits for the first event that `isIt` accepts, at most some seconds. */
  event(seconds: number, isIt: (event: ProtocolEvent) => boolean): Promise<void>;
}

/**
 * Speaks to a Chromium that was started with `--remote-debugging-pipe`: it reads from its file descriptor 3 and writes to 4. A zero byte
 * ends a message.
 */
export function connect(child: ChildProcess): Protocol {
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const waiting = new Map<number, PromiseWithResolvers<Fields>>();
  const listeners = new Set<(event: ProtocolEvent) => void>();
  let calls = 0;
  let rest = '';
  const receive = (message: Answer | ProtocolEvent) => {
    if ('method' in message) {
      for (const listener of [...listeners]) listener(message);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) call?.reject(new Error(message.error.message));
    else call?.resolve(message.result ?? {});
  };
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) receive(JSON.parse(message));
  });
  const fail = (reason: string) => {
    for (const call of waiting.values()) call.reject(new Error(reason));
    waiting.clear();
  };
  child.on('error', ({ message }) => fail(message));
  child.on('close', (code) => fail(`Chromium has ended with ${code}`));
  // The pipe breaks (EPIPE) when Chromium ends first.
  input.on('error', ({ message }) => fail(message));
  return {
    call: (method, params = {}, sessionId) => {
      calls += 1;
      const answer = Promise.withResolvers<Fields>();
      waiting.set(calls, answer);
      const whole = { id: calls, method, params, ...(sessionId && { sessionId }) };
      input.write(`${JSON.stringify(whole)}\0`);
      return answer.promise;
    },
    event: async (seconds, isIt) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const listener = (event: ProtocolEvent) => isIt(event) && resolve();
      const late = () => reject(new Error(`Chromium has not loaded a page in ${seconds} s`));
      const timer = setTimeout(late, seconds * 1000);
      listeners.add(listener);
      await promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(listener);
      });
    },
  };
}
