import type { Check } from './check.ts';

/** The env's Environment cannot be read, or its scope has nothing in it. */
export const configurationRefused: Check = ({ env, configuration }) => {
  const problem = configuration.problem();
  if (problem !== undefined) return refused('ConfigurationUnreadable', problem);
  const { scope = [], subsets = [], consumers = [] } = env.spec;
  const isElsewhere = subsets.length + consumers.length > 0;
  if (scope.length === 0 || isElsewhere) return undefined;
  const { empty } = configuration.scope();
  return empty.length < scope.length ? undefined : refused('NothingInScope', empty.join('; '));
};

function refused(reason: string, message: string) {
  return {
    reason,
    messages: [message],
    until: 'the configuration can be read',
    waiting: 'waiting for a configuration that can be read',
  };
}
