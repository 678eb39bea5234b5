import { headerKey } from '../istio/header-name.ts';
import { isCommonHeader } from './common-headers.ts';
import type { DynamicEnv, DynamicEnvSpec, IstioMatch } from './dynamicenv.ts';
import { isSettable } from './entry-shape.ts';
import { envId } from './env-id.ts';

const WITHOUT_TLS = 'http://';

/**
 * Is the host one of those that the administrator lists, and do browsers come there without TLS? The first item that matches decides.
 * `*.dev.example.com` is any name that ends in `.dev.example.com`.
 */
export function entryAt(
  host: string,
  listed: readonly string[],
): { isListed: boolean; isPlain: boolean } {
  const item = listed.find((one) => {
    const name = withoutScheme(one);
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
  });
  return { isListed: item !== undefined, isPlain: item?.startsWith(WITHOUT_TLS) === true };
}

export function withoutScheme(item: string): string {
  return item.startsWith(WITHOUT_TLS) ? item.slice(WITHOUT_TLS.length) : item;
}

/** What parameter and cookie of an env's links say: its ref, or a value that can be no ref, because a ref has no dot. */
export function entryLink({ metadata, spec }: DynamicEnv): string {
  return spec.ref ?? `env.${envId(metadata.name)}`;
}

/**
 * The headers that select the env from the entry on: the ref's, or those of the first match that needs nothing but exact headers.
 * Undefined: there is no such match. `source`: the name of the header that carries a ref for all services.
 */
export function entryHeaders(
  { ref, istioMatches = [] }: Pick<DynamicEnvSpec, 'ref' | 'istioMatches'>,
  source: string,
): Record<string, string> | undefined {
  if (ref !== undefined) return { [source]: ref };
  for (const match of istioMatches) {
    const headers = exactHeaders(match);
    if (headers !== undefined) return headers;
  }
  return undefined;
}

function exactHeaders(match: IstioMatch): Record<string, string> | undefined {
  const { headers, ...others } = match;
  const isPlain = Object.values(others).every(
    (condition) => condition === undefined || Object.keys(condition).length === 0,
  );
  const all = Object.entries(headers ?? {}).map(([name, value]) => [name, value?.exact] as const);
  const isFine = isPlain && all.length > 0 && all.every((one) => canSet(...one));
  return isFine ? (Object.fromEntries(all) as Record<string, string>) : undefined;
}

/** A browser's own headers keep their values: whoever sets `cookie` logs the person out. */
function canSet(name: string, value: string | undefined): boolean {
  const key = headerKey(name);
  return key !== 'cookie' && !isCommonHeader(key) && isSettable(name, value);
}
