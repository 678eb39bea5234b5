import type { Refusal } from '../crd/refusal.ts';
import type { DynamicEnvSpec } from './dynamicenv.ts';
import { ttlSeconds } from './ttl.ts';

/** What the administrator asks of every env; see `SemanticSettings`. */
interface LifeTimeSettings {
  maxTtl?: string;
  requireOwner?: boolean;
  inEffect?: { isLiving?: boolean };
}

/**
 * The administrator's rules on life time and owner. An env that already has children keeps them: the admission policy of the chart
 * compares later changes.
 */
export function lifeTimeRefusals(
  { ttl, owner }: Pick<DynamicEnvSpec, 'ttl' | 'owner'>,
  { maxTtl = '', requireOwner = false, inEffect }: LifeTimeSettings,
): Refusal[] {
  if (inEffect?.isLiving === true) return [];
  return [
    ...(maxTtl === '' ? [] : ttlRefusals(ttl, maxTtl)),
    ...(requireOwner && owner === undefined ? [missingOwner()] : []),
  ];
}

function ttlRefusals(ttl: string | undefined, maxTtl: string): Refusal[] {
  const path = 'spec.ttl';
  if (ttl === undefined) {
    const message = `the administrator requires a life time of at most ${maxTtl}: add one, or ask the administrator`;
    return [{ reason: 'Required', path, message }];
  }
  if ((ttlSeconds(ttl) ?? 0) <= (ttlSeconds(maxTtl) ?? 0)) return [];
  const message = `${ttl} is asked for, but the administrator allows ${maxTtl}: shorten it, or ask the administrator; the annotation riskified.com/renewed-at starts it anew`;
  return [{ reason: 'Forbidden', path, message }];
}

function missingOwner(): Refusal {
  const message =
    'the administrator requires an owner: write whom to ask about this environment, for example a team or an address';
  return { reason: 'Required', path: 'spec.owner', message };
}
