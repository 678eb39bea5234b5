import { jsonBytes } from '../../k8s/canonical.ts';
import type { PlannedMerge } from './merge-codec.ts';
import type { PlannedInjection } from './plan-codec.ts';

type Planned = PlannedInjection | PlannedMerge;

/** The parts of a plan that was stored are the same objects in every call (see `parsePlan`). */
const known = new WeakMap<Planned, number>();

/** Bytes of an injection or merge in a plan. */
export function plannedBytes(one: Planned): number {
  const before = known.get(one);
  if (before !== undefined) return before;
  const fresh = jsonBytes(one);
  known.set(one, fresh);
  return fresh;
}

/** Bytes of a list of them as JSON. */
export function plannedListBytes(all: readonly Planned[]): number {
  const brackets = 2;
  const commas = Math.max(0, all.length - 1);
  return all.reduce((bytes, one) => bytes + plannedBytes(one), brackets + commas);
}
