import type { DynamicEnv, IstioMatch } from '../../../src/api/dynamicenv.ts';
import { brokenPromises } from './check-ready.ts';
import { meshOf, misroutings } from './check-routing.ts';
import type { EnvName } from './env-choice.ts';
import { type Mirror, ofKind } from './mirror.ts';

/** Checks a cluster without pending changes. It must have what the envs request now, and nothing of earlier specs. */
export function restProblems(
  mirror: Mirror,
  everWanted: (env: EnvName) => readonly IstioMatch[],
): string[] {
  const envs = ofKind<DynamicEnv>(mirror, 'DynamicEnv');
  const inForce = (env: DynamicEnv) =>
    isRefused(env) ? everWanted(env.metadata.name as EnvName) : (env.spec.istioMatches ?? []);
  const matches = (name: EnvName) =>
    envs.filter(({ metadata }) => metadata.name === name).flatMap(inForce);
  return [
    ...misroutings(mirror, { matches, isExempt: () => false }),
    ...brokenPromises(mirror, meshOf(mirror), inForce),
  ];
}

/** True if the spec is refused. Then the last valid spec stays in effect. */
function isRefused({ status }: DynamicEnv): boolean {
  return status?.conditions?.some(({ reason }) => reason === 'InvalidSpec') ?? false;
}
