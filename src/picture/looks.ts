import type { Drawing } from './layout.ts';
import { ENV_LOOKS } from './style.ts';

/** The CSS class of each env, by name. */
export type Looks = ReadonlyMap<string, string>;

export function looksOf({ envs, nodes }: Pick<Drawing, 'envs' | 'nodes'>): Looks {
  const names = new Set([...envs.map(({ name }) => name), ...nodes.flatMap(({ env = [] }) => env)]);
  return new Map([...names].map((name, index) => [name, `env${index % ENV_LOOKS}`]));
}
