import type { DynamicEnv, IstioMatch } from '../../../src/api/dynamicenv.ts';
import { brokenPromises } from './check-ready.ts';
import { meshOf, misroutings } from './check-routing.ts';
import type { EnvName } from './env-choice.ts';
import { type Mirror, ofKind } from './mirror.ts';

/** When nothing is on its way any more, what holds is what the envs say now, not what they once said. */
export function restProblems(
  mirror: Mirror,
  everWanted: (env: EnvName) => readonly IstioMatch[],
): string[] {
  const envs = ofKind<DynamicEnv>(mirror, 'DynamicEnv');
  const matches = (name: EnvName) => {
    const env = envs.find(({ metadata }) => metadata.name === name);
    if (env === undefined) return [];
    return isRefused(env) ? everWanted(name) : env.spec.istioMatches;
  };
  return [
    ...misroutings(mirror, { matches, isExempt: () => false }),
    ...brokenPromises(mirror, meshOf(mirror)),
  ];
}

/** Its last usable spec stays in force. */
function isRefused({ status }: DynamicEnv): boolean {
  return status?.conditions?.some(({ reason }) => reason === 'InvalidSpec') ?? false;
}
