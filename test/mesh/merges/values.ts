import { BRANCH, type RegexName } from './world.ts';

/** A value of `x-service-route`, and the regexes that select the branch by it. */
interface Value {
  value: string | undefined;
  selectedBy: readonly RegexName[];
}

const ALL: RegexName[] = ['slide', 'fix', 'strict'];
const SLIDE: RegexName[] = ['slide'];
const wanted = `payment-service:${BRANCH}`;

/** Written by hand: the branch in each place of a list, refs that begin like it, services that end like it, and an empty pair. */
export const VALUES: readonly Value[] = [
  { value: wanted, selectedBy: ALL },
  { value: `${wanted}::cart:mp-7`, selectedBy: ALL },
  { value: `cart:mp-7::${wanted}::frontend:mp-9`, selectedBy: ALL },
  { value: `cart:mp-7::${wanted}`, selectedBy: ALL },
  { value: `${wanted}2`, selectedBy: SLIDE },
  { value: `cart:mp-7::${wanted}2`, selectedBy: SLIDE },
  { value: `${wanted}-hotfix`, selectedBy: SLIDE },
  { value: `my-${wanted}`, selectedBy: [] },
  { value: `cart:mp-7::my-${wanted}`, selectedBy: [] },
  { value: `a:b:::${wanted}`, selectedBy: ['slide', 'fix'] },
  { value: 'payment-service:mp-10', selectedBy: [] },
  { value: 'payment-service', selectedBy: [] },
  { value: '', selectedBy: [] },
  { value: undefined, selectedBy: [] },
];
