import { readCalls } from '../../../src/cli/trace/calls.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { HeaderList, Repeated } from '../../../src/refs/carried.ts';
import { pick } from '../../../src/refs/pick.ts';
import { type RefFlags, refSettings } from '../../../src/refs/settings.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { trace } from '../../../src/trace/trace.ts';
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

/** One call for each service. The gateway calls the first one. */
const URLS = CHAIN.map((service, index) =>
  index === 0 ? `http://${PUBLIC_HOST}/` : `http://${service}.${NAMESPACE}/`,
);

/** The versions according to `pick`. The sidecars' VirtualServices do not read cookies. */
export function pickedVersions(headers: HeaderList, flags: RefFlags, how: Repeated): string[] {
  const settings = refSettings(flags);
  const inMesh = { ...settings, carriers: settings.carriers.filter((one) => one !== 'cookie') };
  return CHAIN.map((service, index) =>
    versionOf(service, pick(service, headers, index === 0 ? settings : inMesh, how)),
  );
}

/**
 * The versions according to `dynamicenv trace` for the objects of the cluster. It joins the values of a repeated header
 * by commas.
 */
export function tracedVersions(
  headers: HeaderList,
  flags: RefFlags,
  objects: readonly KubeObject[],
): string[] {
  const fields = headers.map(([name, value]) => `${name}: ${value}`);
  const caller = {
    kind: 'gateway',
    gateway: GATEWAY,
    namespace: NAMESPACE,
    labels: GATEWAY_LABELS,
  } as const;
  const snapshot = meshSnapshot(objects, 'cluster.local', flags);
  return trace(readCalls(URLS, fields), caller, snapshot, []).hops.map(versionOfHop);
}

/** The version label of the pods; the summary if the hop reaches none. The env must have been named, too. */
function versionOfHop({ destinations, env, outcome, summary }: Hop): string {
  const [target, ...more] = destinations;
  const version = target?.selector?.['version'];
  if (outcome !== 'pods' || version === undefined || more.length > 0) return summary;
  const named = env?.name ?? REGULAR;
  return named === version ? version : `${version}, but env ${named}`;
}
