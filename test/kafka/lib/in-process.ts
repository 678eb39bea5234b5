import { startRouting } from '../../../clients/typescript/src/routing/routing.ts';
import { consumeWith } from './consume-with.ts';
import type { AdapterName, ConsumerSettings } from './consumer-settings.ts';
import { freePorts } from './ports.ts';

export interface EnvConsumer {
  /** Ids of the messages that were handled. */
  handled: string[];
  /** What the library said. */
  said: string[];
  isStarted(): Promise<boolean>;
  /** Resolves when `consume` has, or rejects with its error. */
  consuming: Promise<() => Promise<void>>;
  /** The error that ended consumption later. */
  ended: Promise<Error>;
  close(): Promise<void>;
}

/** An env's consumer in this process: for tests of what is said. */
export async function envConsumer(
  adapter: AdapterName,
  settings: Pick<ConsumerSettings, 'broker' | 'group' | 'topics'> & { user?: string },
): Promise<EnvConsumer> {
  const [port] = await freePorts(1);
  const handled: string[] = [];
  const said: string[] = [];
  const routing = await startRouting({
    log: (line) => void said.push(line),
    env: {
      DYNAMICENV_WORKLOAD: 'shop/order-service',
      DYNAMICENV_REF: 'mp-101',
      DYNAMICENV_INCARNATION: '0123456789',
      DYNAMICENV_SERVICES: 'order-service',
      DYNAMICENV_PORT: `${port}`,
    },
  });
  let fail: (error: Error) => void = () => {};
  const ended = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const whole = { adapter, handledFile: '', workMs: 0, ...settings };
  const consuming = consumeWith[adapter](routing, whole, async (id) => void handled.push(id), {
    ended: fail,
    rebalanced: () => {},
  });
  // A test may look at it later.
  consuming.catch(() => {});
  return {
    handled,
    said,
    consuming,
    ended,
    isStarted: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/started`).catch(() => undefined);
      return answer?.ok === true;
    },
    close: async () => {
      const close = await consuming.catch(() => undefined);
      await close?.();
      await routing.close();
    },
  };
}
