import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import {
  type EnvironmentsRead,
  NO_ENVIRONMENTS_READ,
  readEnvironments,
} from '../common/cluster-environments.ts';
import { usersOf } from '../common/environments.ts';
import { notSeen } from '../common/missing-rights.ts';
import { asWritten, isBeingDeleted } from '../common/user-objects.ts';

/** The Environments of a preview on a cluster. */
export interface EnvironmentsInvolved {
  /** Those in question, in their new version. */
  wanted: Environment[];
  /** Those of them that exist in the cluster, in their version there. */
  present: Environment[];
  /** The cluster's others: an env may need them. */
  neighbours: Environment[];
  read: EnvironmentsRead;
  /** One is in question, or an env uses one. */
  isUsed: boolean;
}

/**
 * `given`: those of the files; undefined without files: then all of the cluster are in question. They are read only if one is in question,
 * or one of these envs uses one.
 */
export async function environmentsInvolved(
  open: OpenCluster,
  given: readonly Environment[] | undefined,
  envs: readonly DynamicEnv[],
): Promise<EnvironmentsInvolved> {
  const hasUser = envs.some(({ spec }) => spec.environment !== undefined);
  const isNeeded = given === undefined || given.length > 0 || hasUser;
  const read = isNeeded ? await readEnvironments(open) : NO_ENVIRONMENTS_READ;
  const kept = read.environments.filter((one) => !isBeingDeleted(one)).map(asWritten);
  const wanted = given ?? kept;
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  return {
    wanted: [...wanted],
    present: kept.filter(({ metadata }) => names.has(metadata.name)),
    neighbours: kept.filter(({ metadata }) => !names.has(metadata.name)),
    read,
    isUsed: hasUser || wanted.length > 0,
  };
}

/** The envs that use an Environment in question, as it is or as it is going to be. */
export function envsConcerned(
  { wanted, present, neighbours }: EnvironmentsInvolved,
  envs: readonly DynamicEnv[],
): DynamicEnv[] {
  const names = new Set(
    wanted.flatMap(({ metadata: { name } }) =>
      [present, wanted].flatMap((version) => {
        const users = usersOf(name, [...version, ...neighbours], envs);
        return [...users.envs, ...users.envsOfChildren];
      }),
    ),
  );
  return envs.filter(({ metadata }) => names.has(metadata.name));
}

/** What the reader of the preview must know about the Environments of the cluster. */
export function environmentNotes({ read, isUsed }: EnvironmentsInvolved): string[] {
  if (!isUsed) return [];
  const { environments, denied, isServed } = read;
  return [
    ...(denied === undefined
      ? []
      : [notSeen(denied, 'Environments; those that are not among the files count as missing')]),
    ...(isServed
      ? []
      : ['Environment is not installed in this cluster; this shows what would happen if it were']),
    ...environments
      .filter(isBeingDeleted)
      .map(({ metadata }) => `Environment ${metadata.name} is being deleted, and is left out`),
  ];
}
