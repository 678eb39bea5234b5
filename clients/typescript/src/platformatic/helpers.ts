/**
 * Node's helpers for streams. They take messages ahead of their functions, or collect them: a message would count as handled while its
 * function still runs, or has not begun.
 */
export const HELPERS = [
  'drop',
  'every',
  'filter',
  'find',
  'flatMap',
  'forEach',
  'iterator',
  'map',
  'reduce',
  'some',
  'take',
  'toArray',
] as const;

export type Helper = (typeof HELPERS)[number];

/** What stands in their place, for applications without types. */
export function refusedHelpers(): Record<string, () => never> {
  return Object.fromEntries(HELPERS.map((name) => [name, refused(name)]));
}

function refused(name: Helper): () => never {
  return () => {
    throw new Error(
      `Event routing: \`${name}\` takes messages that it has not handled yet, which would count as handled: use \`handle\` or \`for await\`, or listen to \`data\` and call \`commit()\` of each message`,
    );
  };
}
