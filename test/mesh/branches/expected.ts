import type { KubeObject } from '../../../src/k8s/object.ts';
import type { HeaderList, Repeated } from '../../../src/refs/carried.ts';
import { pick } from '../../../src/refs/pick.ts';
import { type RefFlags, refSettings } from '../../../src/refs/settings.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { type Call, trace } from '../../../src/trace/trace.ts';
import type { Hop } from '../../../src/trace/types.ts';
import {
  CHAIN,
  GATEWAY,
  GATEWAY_LABELS,
  NAMESPACE,
  PUBLIC_HOST,
  REGULAR,
  versionOf,
} from './world.ts';

/** The versions according to `pick`. The sidecars' VirtualServices do not read cookies. */
export function pickedVersions(headers: HeaderList, flags: RefFlags, how: Repeated): string[] {
  const settings = refSettings(flags);
  const inMesh = { ...settings, carriers: settings.carriers.filter((one) => one !== 'cookie') };
  return CHAIN.map((service, index) =>
    versionOf(service, pick(service, headers, index === 0 ? settings : inMesh, how)),
  );
}

/**
 * The versions according to `trace`, which reads the objects of the cluster. Its headers have each name once: repeated
 * values are joined by commas, as `dynamicenv trace` does.
 */
export function tracedVersions(
  headers: HeaderList,
  flags: RefFlags,
  objects: readonly KubeObject[],
): string[] {
  const fields = joined(headers);
  const calls = CHAIN.map((service, index) =>
    callOf(index === 0 ? PUBLIC_HOST : `${service}.${NAMESPACE}`, fields),
  );
  const caller = {
    kind: 'gateway',
    gateway: GATEWAY,
    namespace: NAMESPACE,
    labels: GATEWAY_LABELS,
  } as const;
  const { hops } = trace(calls, caller, meshSnapshot(objects, 'cluster.local', flags), []);
  return hops.map(versionOfHop);
}

function callOf(authority: string, headers: Record<string, string>): Call {
  const url = `http://${authority}/`;
  return { method: 'GET', scheme: 'http', url, authority, path: '/', port: 80, headers };
}

function joined(headers: HeaderList): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(fields);
}

/** The version label of the pods; the summary if the hop reaches none. The env must have been named, too. */
function versionOfHop({ destinations, env, outcome, summary }: Hop): string {
  const [target, ...more] = destinations;
  const version = target?.selector?.['version'];
  if (outcome !== 'pods' || version === undefined || more.length > 0) return summary;
  const named = env?.name ?? REGULAR;
  return named === version ? version : `${version}, but env ${named}`;
}
