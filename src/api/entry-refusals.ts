import type { Refusal } from '../crd/refusal.ts';
import type { DynamicEnvSpec } from './dynamicenv.ts';
import { entryAt, entryHeaders, withoutScheme } from './entry.ts';

interface Settings {
  entryHosts?: readonly string[];
  inEffect?: { entryHosts?: ReadonlySet<string> };
}

/** Why an env's entries cannot be acted on, with what to do. */
export function entryRefusals(
  spec: DynamicEnvSpec,
  { entryHosts = [], inEffect }: Settings,
): Refusal[] {
  const { entries = [] } = spec;
  if (entries.length === 0) return [];
  const hosts = entries.map(({ host }) => host);
  const refusals = hosts.flatMap((host, index): Refusal[] => {
    const path = `spec.entries[${index}].host`;
    const first = hosts.indexOf(host);
    if (first < index) {
      const message = `${host} is listed at spec.entries[${first}], too: take one out`;
      return [{ reason: 'Duplicate', path, message }];
    }
    const isAllowed =
      entryAt(host, entryHosts).isListed || inEffect?.entryHosts?.has(host) === true;
    return isAllowed ? [] : [{ reason: 'Forbidden', path, message: unlisted(host, entryHosts) }];
  });
  // The name of the header does not matter here.
  if (entryHeaders(spec, 'x') !== undefined) return refusals;
  const message =
    'need a header that leads requests to the env: give the env a ref, or an item of istioMatches that has only exact headers (no header that browsers set themselves)';
  return [...refusals, { reason: 'Invalid', path: 'spec.entries', message }];
}

function unlisted(host: string, listed: readonly string[]): string {
  if (listed.length === 0) {
    return `links lead people to envs only at hosts that the administrator lists (entry-hosts), and none is listed: ask for ${host}, or take the entry out`;
  }
  return `the administrator allows entries at these hosts only: ${listed.map(withoutScheme).join(', ')}`;
}
