import type { DynamicEnv, IstioMatch } from '../../../../src/api/dynamicenv.ts';
import type { StringMatch } from '../../../../src/istio/types.ts';
import type { Random } from './random.ts';
import type { Place } from './services.ts';
import { ENV_NAMES } from './world.ts';

/** The header that every env matches on. Only envs match on it, so a request without it matches no env. */
export const ENV_HEADER = 'x-env';
/** A value that no env matches. */
export const NOBODY = 'nobody';
/** The Deployment that envs clone. */
export const BASE_DEPLOYMENT = 'echo';

export function dynamicEnvs({ namespace }: Place, random: Random): DynamicEnv[] {
  return random.some(ENV_NAMES, 1 + random.int(2)).map((name) => ({
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      istioMatches: Array.from({ length: 1 + random.int(2) }, () => match(name, random)),
      subsets: [
        { name: BASE_DEPLOYMENT, namespace, containers: [{ image: 'registry.example.com/own:1' }] },
      ],
    },
  }));
}

function match(name: string, random: Random): IstioMatch {
  const value = random.weighted<StringMatch>([
    [4, { exact: name }],
    [1, { prefix: name.slice(0, 2) }],
    [1, { regex: `${name}|${name.toUpperCase()}` }],
  ]);
  const more = random.weighted<Record<string, StringMatch>>([
    [6, {}],
    [1, { user: { exact: 'ann' } }],
    [1, { 'X-Group': { prefix: 'b' } }],
  ]);
  const header = random.pick([ENV_HEADER, 'X-Env']);
  return {
    headers: { [header]: value, ...more },
    ...(random.chance(0.2) ? { sourceLabels: { tier: 'web' } } : {}),
  };
}
