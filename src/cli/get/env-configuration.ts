import type { DynamicEnv, UnclonedWorkload } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import { byText } from '../../k8s/canonical.ts';
import type { Deployment } from '../../k8s/workload.ts';
import { layersOf } from '../../kinds/dynamicenv/configuration/layers.ts';
import { overlayOf } from '../../kinds/dynamicenv/configuration/overlay.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import { layered } from '../../overlay/layered.ts';
import type { Layered } from '../../overlay/types.ts';
import { NO_ENVIRONMENTS_READ, readEnvironments } from '../common/cluster-environments.ts';
import { DEPLOYMENTS } from '../common/cluster-kinds.ts';
import { type ConfiguredVariable, configuredVariables } from '../common/configured-variables.ts';
import { notSeen } from '../common/missing-rights.ts';
import { type NeededSecret, neededSecrets, secretNotes } from './secrets.ts';

/** A workload that has pods of its own because of the configuration, or that the spec names. */
export interface UniqueWorkload {
  /** `<namespace>/<deployment>` */
  workload: string;
  variables: ConfiguredVariable[];
}

/** What an env's configuration changes. Never a secret's value. */
export interface ConfigurationReport {
  environment?: string;
  unique: UniqueWorkload[];
  /** How many workloads in scope are shared. */
  shared?: number;
  blocked: UnclonedWorkload[];
  notCloned: UnclonedWorkload[];
}

export interface ConfigurationRead {
  report: ConfigurationReport;
  /** What could not be read, what is missing, and warnings. */
  notes: string[];
}

/**
 * Which workloads are unique, shared and blocked is in the env's status. Their Deployments, the Environments and the Secrets are read with
 * the user's rights, to show the values. Undefined: the env has no configuration, or it is not reported yet.
 */
export async function readConfiguration(
  open: OpenCluster,
  env: DynamicEnv,
): Promise<ConfigurationRead | undefined> {
  const status = env.status?.configuration;
  if (status === undefined) return undefined;
  const { unique = [], shared, blocked = [], notCloned = [], warnings = [] } = status;
  const { environment } = env.spec;
  const layers = await readLayers(open, env);
  const named = envWorkloads(env).filter(({ workload }) => workload.existing === undefined);
  const keys = [...new Set([...named.map(({ key }) => key), ...unique])].sort(byText);
  const bases = layers.all === undefined ? NO_BASES : await readBases(open, keys);
  const secrets: NeededSecret[] = [];
  const workloads = keys.map((key): UniqueWorkload => {
    const base = bases.found.get(key);
    const own = named.find((one) => one.key === key)?.workload;
    if (base === undefined || layers.all === undefined) {
      return { workload: key, variables: reported(env, key) };
    }
    const overlay = overlayOf(base, layers.all, own);
    secrets.push(...neededSecrets(key, overlay, layers.all));
    return { workload: key, variables: configuredVariables(overlay, own) };
  });
  return {
    report: {
      ...(environment === undefined ? {} : { environment }),
      unique: workloads,
      ...(shared === undefined ? {} : { shared }),
      blocked,
      notCloned,
    },
    notes: [...warnings, ...layers.notes, ...bases.notes, ...(await secretNotes(open, secrets))],
  };
}

/** Without values, from the status. */
function reported({ status }: DynamicEnv, key: string): ConfiguredVariable[] {
  return (status?.configuration?.differences ?? [])
    .filter(({ workload }) => workload === key)
    .map(({ variable, layer }) => ({ variable, layer, isUnread: true }));
}

interface LayersRead {
  all?: Layered;
  notes: string[];
}

async function readLayers(open: OpenCluster, env: DynamicEnv): Promise<LayersRead> {
  const read =
    env.spec.environment === undefined ? NO_ENVIRONMENTS_READ : await readEnvironments(open);
  if (read.denied !== undefined) return { notes: [notSeen(read.denied, 'values of variables')] };
  const byName = Object.fromEntries(
    read.environments.map((one): [string, Environment] => [one.metadata.name, one]),
  );
  const found = layersOf(env, { environments: () => byName }, {});
  // The status of the env says the problem.
  return 'problem' in found ? { notes: [] } : { all: layered(found.layers), notes: [] };
}

interface BasesRead {
  found: ReadonlyMap<string, Deployment>;
  notes: string[];
}

const NO_BASES: BasesRead = { found: new Map(), notes: [] };

async function readBases({ reader }: OpenCluster, keys: readonly string[]): Promise<BasesRead> {
  const got = await Promise.all(
    keys.map(async (key) => {
      const [namespace = '', name = ''] = key.split('/');
      return { key, one: await reader.get(DEPLOYMENTS, name, namespace) };
    }),
  );
  const found = got.flatMap(({ key, one }): [string, Deployment][] =>
    one !== 'unserved' && 'object' in one && one.object !== undefined
      ? [[key, one.object as Deployment]]
      : [],
  );
  const notes = got.flatMap(({ one }) =>
    one !== 'unserved' && 'denied' in one
      ? [notSeen(one.denied, 'values of the variables there')]
      : [],
  );
  return { found: new Map(found), notes: [...new Set(notes)] };
}
