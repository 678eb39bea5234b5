import { isMap } from '../../k8s/json-map.ts';
import type { Overlay } from '../../kinds/dynamicenv/configuration/overlay.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import type { Layered } from '../../overlay/types.ts';
import { SECRETS } from '../common/cluster-kinds.ts';
import { notSeen } from '../common/missing-rights.ts';

/** A key of a Secret that the pods of a clone need. */
export interface NeededSecret {
  namespace: string;
  name: string;
  key: string;
  variable: string;
  workload: string;
}

/** Those that the layers ask for, in all containers of a clone. Optional ones may be missing. `workload`: `<namespace>/<deployment>` */
export function neededSecrets(
  workload: string,
  { containers, initContainers = [] }: Overlay,
  layers: Layered,
): NeededSecret[] {
  const [namespace = ''] = workload.split('/');
  return [...containers, ...initContainers].flatMap(({ env = [] }) =>
    env.flatMap(({ name: variable, valueFrom }) => {
      const { name, key, optional } = valueFrom?.secretKeyRef ?? {};
      if (name === undefined || key === undefined || optional === true) return [];
      return layers.has(variable) ? [{ namespace, name, key, variable, workload }] : [];
    }),
  );
}

/**
 * Secrets and keys that a configuration refers to and that do not exist: the pods of such a clone cannot start. Each is read with the
 * user's rights; of its content only the names of the keys are looked at.
 */
export async function secretNotes(
  { reader }: OpenCluster,
  all: readonly NeededSecret[],
): Promise<string[]> {
  const bySecret = Map.groupBy(all, ({ namespace, name }) => `${namespace}/${name}`);
  const notes = await Promise.all(
    [...bySecret].map(async ([secret, needed]) => {
      const [namespace = '', name = ''] = secret.split('/');
      const got = await reader.get(SECRETS, name, namespace);
      if (got === 'unserved') return [];
      if ('denied' in got) {
        return [notSeen(got.denied, 'whether Secrets that the configuration refers to exist')];
      }
      const keys = got.object && keysOf(got.object);
      return needed.flatMap((one) => lackOf(one, keys));
    }),
  );
  return [...new Set(notes.flat())];
}

function keysOf(secret: object): string[] {
  const { data } = secret as { data?: unknown };
  return isMap(data) ? Object.keys(data) : [];
}

/** `keys`: of the Secret; undefined: it does not exist. */
function lackOf(
  { namespace, name, key, variable, workload }: NeededSecret,
  keys: readonly string[] | undefined,
): string[] {
  if (keys?.includes(key)) return [];
  const what =
    keys === undefined
      ? `Secret ${namespace}/${name} does not exist`
      : `Secret ${namespace}/${name} has no key ${key}`;
  return [
    `${what}, and the clone of Deployment ${workload} needs it for ${variable}: its pods cannot start; create it, or correct the reference`,
  ];
}
