import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';

/** Starts a program of this repository, and returns the message that it sends when it is ready. */
export async function started<T>(
  program: string,
  args: readonly string[],
): Promise<{ child: ChildProcess; told: T }> {
  const child = fork(program, args);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [T];
  ended.catch(() => undefined);
  return { child, told };
}

/**
 * Sends a message to the process and waits for its answer. A caller must wait for one answer before it sends the next
 * message.
 */
export async function asked<T>(child: ChildProcess, order: Serializable): Promise<T> {
  const answered = once(child, 'message');
  child.send(order);
  const [answer] = await answered;
  return answer as T;
}
