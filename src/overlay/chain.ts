import { cutText } from '../k8s/cut-text.ts';
import { isMap } from '../k8s/json-map.ts';
import type { KubeObject } from '../k8s/object.ts';
import { readLayer } from './read-layer.ts';
import type { Layer } from './types.ts';

/** So many Environments may follow each other, the one that is used included. */
export const MAX_CHAIN = 8;

/** Longer than any name that the API server stores. */
const MAX_NAME = 253;

/** Environments of any shape, by name: a group of Metacontroller's related objects. */
export type Environments = Readonly<Record<string, KubeObject>>;

export interface Chain {
  /** From the one that extends no other, to the one that is used. */
  chain: readonly string[];
  /** What each of them says, in the same order. */
  layers: readonly Layer[];
}

/** Why a chain cannot be followed. */
export interface ChainProblem {
  problem: 'Missing' | 'Cycle' | 'TooLong' | 'Invalid';
  /** The Environment that is missing or invalid, or at which the cycle closes, or the first that is too far away. */
  at: string;
  /** With what to do. */
  message: string;
}

/** The Environments that an Environment is made of: it, the one that it extends, and so on. Takes time for those only. */
export function chainOf(name: string, environments: Environments): Chain | ChainProblem {
  const layers: Layer[] = [];
  const names = new Set<string>();
  let next: string | undefined = name;
  while (next !== undefined) {
    if (names.has(next)) return cycle(next, [...names]);
    if (names.size === MAX_CHAIN) return tooFar(next, names, environments);
    const environment = find(environments, next);
    if (environment === undefined) return missing(next, [...names].at(-1));
    const read = readLayer(environment);
    if ('wrong' in read) return invalid(next, read.wrong);
    names.add(next);
    layers.push(read.layer);
    next = read.parent;
  }
  return { chain: [...names].reverse(), layers: layers.reverse() };
}

/** A circle of many is told as a circle. */
function tooFar(
  first: string,
  names: ReadonlySet<string>,
  environments: Environments,
): ChainProblem {
  const seen = new Set(names);
  let next: string | undefined = first;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    next = parentOf(find(environments, next));
  }
  return next === undefined ? tooLong([...names], first) : cycle(next, [...seen]);
}

/** The Environment that one of any shape extends. */
export function parentOf(environment: KubeObject | undefined): string | undefined {
  const spec = (environment as { spec?: unknown } | undefined)?.spec;
  const parent = isMap(spec) ? spec['extends'] : undefined;
  return typeof parent === 'string' ? parent : undefined;
}

function find(environments: Environments, name: string): KubeObject | undefined {
  return Object.hasOwn(environments, name) ? environments[name] : undefined;
}

function shown(name: string): string {
  return cutText(name, MAX_NAME);
}

function missing(at: string, child: string | undefined): ChainProblem {
  const message =
    child === undefined
      ? `Environment ${shown(at)} does not exist: create it, or name another one`
      : `Environment ${shown(at)}, which ${shown(child)} extends, does not exist: create it, or correct spec.extends of ${shown(child)}`;
  return { problem: 'Missing', at, message };
}

/** `names`: from the one that is used. */
function cycle(at: string, names: readonly string[]): ChainProblem {
  const circle = names.slice(names.indexOf(at));
  const few = circle.slice(0, MAX_CHAIN);
  const more = circle.length > few.length ? ['…'] : [];
  const text = [...few, ...more, at].map(shown).join(' → ');
  return {
    problem: 'Cycle',
    at,
    message: `Environments extend each other in a circle (${text}): take spec.extends out of one of them, or correct it`,
  };
}

function tooLong(names: readonly string[], at: string): ChainProblem {
  const text = names.map(shown).join(' → ');
  return {
    problem: 'TooLong',
    at,
    message: `more than ${MAX_CHAIN} Environments extend each other (${text} → …): put several of them into one`,
  };
}

function invalid(at: string, wrong: string): ChainProblem {
  return {
    problem: 'Invalid',
    at,
    message: `Environment ${shown(at)} cannot be used (${wrong}): correct it`,
  };
}
