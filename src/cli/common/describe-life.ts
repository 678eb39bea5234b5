import type { DynamicEnv } from '../../api/dynamicenv.ts';

/** How long an env lives, and whom to ask about it: a line each, if it says so. */
export function describeLife({ spec, status }: Pick<DynamicEnv, 'spec' | 'status'>): string[] {
  const { ttl, owner } = spec;
  const end = status?.expiresAt;
  const verb = status?.state === 'expired' ? 'expired' : 'expires';
  const known = end === undefined ? `expires ${ttl} after its creation` : `${verb} at ${end}`;
  return [
    ...(ttl === undefined ? [] : [known]),
    ...(owner === undefined ? [] : [`owner: ${owner}`]),
  ];
}
