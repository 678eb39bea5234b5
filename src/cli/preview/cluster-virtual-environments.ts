import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import { byText, jsonEqual } from '../../k8s/canonical.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import {
  readVirtualEnvironments,
  type VirtualEnvironmentsRead,
} from '../common/cluster-virtual-environments.ts';
import { fullName } from '../common/merges.ts';
import { notSeen } from '../common/missing-rights.ts';
import { asWritten, isBeingDeleted } from '../common/user-objects.ts';
import { isReady } from '../common/virtual-environments.ts';

/** The VirtualEnvironments of a preview on a cluster. */
export interface VirtualEnvironmentsInvolved {
  /** Those in question, in their new version. */
  wanted: VirtualEnvironment[];
  /** Those of them that exist in the cluster, in their version there. */
  present: VirtualEnvironment[];
  /** The cluster's others in the same namespaces: the oldest of a namespace counts. */
  neighbours: VirtualEnvironment[];
  namespaces: string[];
  read: VirtualEnvironmentsRead;
}

/**
 * `given`: those of the files; undefined without files: then all of the cluster are in question. If none is in question, none is read: what
 * they have made are VirtualServices and DestinationRules like any other.
 */
export async function virtualEnvironmentsInvolved(
  open: OpenCluster,
  given: readonly VirtualEnvironment[] | undefined,
): Promise<VirtualEnvironmentsInvolved> {
  const homes = given && namespacesOf(given);
  const read = await readVirtualEnvironments(open, homes ?? [open.namespace], homes === undefined);
  const kept = read.environments.filter((one) => !isBeingDeleted(one)).map(asWritten);
  const wanted = given ?? kept;
  const names = new Set(wanted.map(fullName));
  return {
    wanted: [...wanted],
    present: kept.filter((one) => names.has(fullName(one))),
    neighbours: kept.filter((one) => !names.has(fullName(one))),
    namespaces: namespacesOf(wanted),
    read,
  };
}

function namespacesOf(environments: readonly VirtualEnvironment[]): string[] {
  return [...new Set(environments.flatMap(({ metadata }) => metadata.namespace ?? []))].sort(
    byText,
  );
}

/** What the reader of the preview must know about the VirtualEnvironments of the cluster. */
export function virtualEnvironmentNotes(
  { wanted, read }: VirtualEnvironmentsInvolved,
  after: readonly VirtualEnvironment[],
): string[] {
  const { environments, denied, isServed } = read;
  return [
    ...denied.map((one) =>
      notSeen(one, 'other VirtualEnvironments; an older one of a namespace would count instead'),
    ),
    ...(isServed || wanted.length === 0
      ? []
      : [
          'VirtualEnvironment is not installed in this cluster; this shows what would happen if it were',
        ]),
    ...environments
      .filter(isBeingDeleted)
      .map((one) => `${fullName(one)} is being deleted, and is left out`),
    ...after.flatMap((one) => difference(one, environments)),
  ];
}

/** A note if one with the same spec is ready in the cluster only, or in the preview only. */
function difference(
  environment: VirtualEnvironment,
  existing: readonly VirtualEnvironment[],
): string[] {
  const name = fullName(environment);
  const there = existing.find((one) => fullName(one) === name && !isBeingDeleted(one));
  if (there === undefined || !jsonEqual(there.spec, environment.spec)) return [];
  if (isReady(there) === isReady(environment)) return [];
  const state = isReady(there) ? 'is ready' : 'is not ready';
  return [
    `${name} ${state} in the cluster, and this preview does not show why; see "get virtual-environments"`,
  ];
}
