import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { loadValidator } from '../../crds.ts';
import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { openCluster } from '../../kube-client/open.ts';
import { readEnvironments } from '../common/cluster-environments.ts';
import { DYNAMIC_ENVS } from '../common/cluster-kinds.ts';
import { uniqueWorkloads } from '../common/env-configuration.ts';
import { isEnvironment } from '../common/environments.ts';
import { manifestLoader } from '../common/manifests.ts';
import { missingRights } from '../common/missing-rights.ts';
import type { DiffOptions } from './options.ts';
import type { Sources } from './sides.ts';

export interface SourcesRead extends Sources {
  /** What could not be read. */
  notes: string[];
}

/** The objects of files, as they are written. */
export async function sourcesOfFiles(options: DiffOptions): Promise<SourcesRead> {
  const notes: string[] = [];
  const load = manifestLoader(options, await loadValidator(DYNAMIC_ENV_CRD), notes);
  const objects = (await load()).map(({ object }) => object);
  return {
    environments: objects.filter(isEnvironment),
    envs: objects.filter(isEnv),
    uniqueIn: (env) => uniqueWorkloads(env, objects, options.config),
    notes,
  };
}

function isEnv(object: KubeObject): object is DynamicEnv {
  return object.kind === 'DynamicEnv';
}

/** Those of a cluster, with the user's own rights. Both kinds are read, as far as they are needed. */
export async function sourcesOfCluster(
  { a, b }: Pick<DiffOptions, 'a' | 'b'>,
  access: ClusterOptions,
): Promise<SourcesRead> {
  const open = await openCluster(access, process.env);
  const read = await readEnvironments(open);
  if (read.denied !== undefined) throw missingRights([read.denied], open);
  const isFound = ({ kind, name }: DiffOptions['a']) =>
    kind === 'Environment' ||
    (kind === undefined && read.environments.some(({ metadata }) => metadata.name === name));
  const wanted = [a, b].filter((one) => !isFound(one));
  const got = await Promise.all(wanted.map(({ name }) => open.reader.get(DYNAMIC_ENVS, name)));
  const [denied] = got.flatMap((one) =>
    one !== 'unserved' && 'denied' in one ? [one.denied] : [],
  );
  if (denied !== undefined) throw missingRights([denied], open);
  return {
    environments: read.environments,
    envs: got.flatMap((one) =>
      one !== 'unserved' && 'object' in one && one.object ? [one.object as DynamicEnv] : [],
    ),
    uniqueIn: uniqueInStatus,
    notes: [],
  };
}

function uniqueInStatus(env: DynamicEnv): string[] {
  const named = envWorkloads(env).filter(({ workload }) => workload.existing === undefined);
  const derived = env.status?.configuration?.unique ?? [];
  return [...new Set([...named.map(({ key }) => key), ...derived])].sort(byText);
}
