import { outcomeOf } from './expectation.ts';
import { ENV_HEADER, NOBODY } from './generate/envs.ts';
import { type Judged, judged } from './judge.ts';
import type { Phase } from './play.ts';

/**
 * The parts of an answer that must be the same with and without envs. Envoy chooses between weighted destinations at
 * random, so in this case only the route is compared.
 */
function seen({ request, mesh, answer: { status, body, location, way } }: Judged): string {
  const outcome = outcomeOf(request, mesh);
  const isByChance = outcome.kind === 'destinations' && outcome.destinations.length > 1;
  const { routeName, virtualService, cluster } = way;
  const route = { routeName, virtualService };
  return JSON.stringify(isByChance ? route : { ...route, status, body, location, cluster });
}

/**
 * Compares the answers to requests that no env matches: without envs and with them. Returns how many requests were
 * compared, and which of them got a different answer.
 */
export function baseline(
  without: Phase,
  withEnvs: Phase,
  hasEnvs: (configuration: string) => boolean,
): { compared: number; changed: string[] } {
  const after = judged(withEnvs);
  const compared = judged(without).flatMap((before, index) => {
    const later = after[index];
    const env = before.request.headers[ENV_HEADER] ?? NOBODY;
    return later && env === NOBODY && hasEnvs(before.configuration) ? [{ before, later }] : [];
  });
  return {
    compared: compared.length,
    changed: compared
      .filter(({ before, later }) => seen(before) !== seen(later))
      .map(({ before, later }) => `${before.configuration}: ${seen(before)} became ${seen(later)}`),
  };
}
