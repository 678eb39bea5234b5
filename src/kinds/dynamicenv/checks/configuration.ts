import type { Check } from './check.ts';

/** The env's Environment cannot be read, or its scope has nothing in it. */
export const configurationRefused: Check = ({ env, configuration }) => {
  const problem = configuration.problem();
  if (problem !== undefined) return refused('ConfigurationUnreadable', problem);
  const { scope = [], subsets = [], consumers = [] } = env.spec;
  const isElsewhere = subsets.length + consumers.length > 0;
  if (scope.length === 0 || isElsewhere || configuration.scope().empty.length < scope.length) {
    return undefined;
  }
  return refused(
    'NothingInScope',
    'spec.scope: it selects no Deployment and no StatefulSet; correct the namespaces or the selectors',
  );
};

function refused(reason: string, message: string) {
  return {
    reason,
    messages: [message],
    until: 'the configuration can be read',
    waiting: 'waiting for a configuration that can be read',
  };
}
