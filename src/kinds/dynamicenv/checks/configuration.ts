import { DRAINING_ANNOTATION } from '../../../api/marks.ts';
import type { EnvInput } from '../gather.ts';
import { baseKeyOf } from '../observed.ts';
import { envWorkloads } from '../plan/workloads.ts';
import type { Check } from './check.ts';

/** The env's Environment cannot be read, or its scope has nothing in it. */
export const configurationRefused: Check = (input) => {
  const problem = input.configuration.problem();
  if (problem !== undefined) return refused('ConfigurationUnreadable', problem);
  const nothing = nothingInScope(input);
  return nothing === undefined ? undefined : refused('NothingInScope', nothing);
};

/** If only some entries have nothing in them, the env does without, unless a clone would go by it: it may be a slip. */
function nothingInScope(input: EnvInput): string | undefined {
  const { scope = [], subsets = [], consumers = [], allowPartial } = input.env.spec;
  if (scope.length === 0) return undefined;
  const { empty } = input.configuration.scope();
  if (empty.length === 0) return undefined;
  const isElsewhere = subsets.length + consumers.length > 0;
  if (empty.length === scope.length && !isElsewhere) return empty.join('; ');
  const lost = allowPartial === true ? undefined : outOfScope(input);
  if (lost === undefined) return undefined;
  return `${empty.join('; ')}; so the clone of ${lost} would go: if that is wanted, take the entry out, or set spec.allowPartial to true`;
}

/** The base of a clone that stays no longer, in the spec as it is now. */
function outOfScope({ env, observed, configuration }: EnvInput): string | undefined {
  const known = new Set([
    ...envWorkloads(env).map(({ key }) => key),
    ...configuration.scope().candidates.map(({ key }) => key),
  ]);
  return observed.deployments
    .filter(({ metadata }) => metadata.annotations?.[DRAINING_ANNOTATION] === undefined)
    .map(baseKeyOf)
    .find((key) => key !== undefined && !known.has(key));
}

function refused(reason: string, message: string) {
  return {
    reason,
    messages: [message],
    until: 'the configuration can be read',
    waiting: 'waiting for a configuration that can be read',
  };
}
