import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import { CONFIG_MAPS } from '../common/cluster-kinds.ts';
import { notSeen } from '../common/missing-rights.ts';
import { concernedWorkloads, containersOf } from '../common/undeclared-variables.ts';

export interface SourcesRead {
  configMaps: KubeObject[];
  /** What could not be read. */
  notes: string[];
}

/** The ConfigMaps that workloads of these envs' configurations read by `envFrom`. Secrets are not read. */
export async function readSources(
  { reader }: OpenCluster,
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
  config: DecisionConfig,
): Promise<SourcesRead> {
  const wanted = new Set(
    envs
      .flatMap((env) => concernedWorkloads(env, objects, config))
      .flatMap(({ object }) =>
        containersOf(object)
          .flatMap(({ envFrom }) => envFrom ?? [])
          .flatMap(({ configMapRef }) =>
            configMapRef?.name ? `${object.metadata.namespace}/${configMapRef.name}` : [],
          ),
      ),
  );
  const got = await Promise.all(
    [...wanted].map((path) => {
      const [namespace = '', name = ''] = path.split('/');
      return reader.get(CONFIG_MAPS, name, namespace);
    }),
  );
  const configMaps = got.flatMap((one) =>
    one !== 'unserved' && 'object' in one && one.object !== undefined ? [one.object] : [],
  );
  const notes = got.flatMap((one) =>
    one !== 'unserved' && 'denied' in one
      ? [notSeen(one.denied, 'whether workloads read variables by envFrom without declaring them')]
      : [],
  );
  return { configMaps, notes: [...new Set(notes)] };
}
