import type { DynamicEnv, UnclonedWorkload } from '../../api/dynamicenv.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { configurationReader } from '../../kinds/dynamicenv/configuration/configuration.ts';
import type { Overlay } from '../../kinds/dynamicenv/configuration/overlay.ts';
import { type EnvWorkload, envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
import { meshView } from '../../mesh/view.ts';
import {
  type ConfiguredVariable,
  configuredVariables,
  variableText,
} from './configured-variables.ts';

/** What an env's configuration makes of one workload. */
export interface ConfiguredWorkload {
  /** `Deployment market/orders` */
  workload: string;
  /** `named`: the spec names a version that exists already, and that stays as it is. */
  is: 'unique' | 'shared' | 'blocked' | 'not cloned' | 'existing';
  /** Why it is not cloned, and what to do. */
  message?: string;
  variables: ConfiguredVariable[];
}

/** What an env's configuration makes of the workloads in its scope, and of those that its spec names. */
export interface EnvConfiguration {
  env: string;
  workloads: ConfiguredWorkload[];
}

/**
 * By the same rules as the service, for these objects. Undefined: the env has no configuration, or it cannot be read now (its status says
 * why). What the status says of blocked workloads counts: some are only known to be blocked when their routes are seen.
 */
export function envConfiguration(
  env: DynamicEnv,
  objects: readonly KubeObject[],
  config: DecisionConfig,
): EnvConfiguration | undefined {
  const { state, configuration: reported } = env.status ?? {};
  if (reported === undefined || state === 'suspended' || state === 'expired') return undefined;
  const view = meshView(byGroup(objects), config.clusterDomain);
  const reader = configurationReader({ env, view, config }, new Set(reported.unique));
  if (reader.problem() !== undefined || reader.costs().length > 0) return undefined;
  const read = reader.read();
  if (read === undefined) return undefined;
  const overlays = new Map(read.overlays.map(({ key, overlay }) => [key, overlay]));
  const blocked = [...read.blocked, ...(reported.blocked ?? [])];
  const fate = (workload: string): Pick<ConfiguredWorkload, 'is' | 'message'> =>
    uncloned('blocked', blocked, workload) ??
    uncloned('not cloned', read.notCloned, workload) ?? { is: 'shared' };
  const unique = new Set(read.workloads.map(({ key }) => `Deployment ${key}`));
  const inScope = reader.scope().candidates.map(({ kind, key }): ConfiguredWorkload => {
    const workload = `${kind} ${key}`;
    const found = fate(workload);
    const isUnique = found.is === 'shared' && unique.has(workload);
    const variables = variablesOf(overlays.get(key));
    return { workload, ...(isUnique ? { is: 'unique' } : found), variables };
  });
  return { env: env.metadata.name, workloads: [...read.named.map(named), ...inScope] };
}

/**
 * `<namespace>/<deployment>` of the workloads that are to have pods of their own, sorted: those that the spec names, and those that the
 * configuration changes. Whether their hosts are guarded is not asked.
 */
export function uniqueWorkloads(
  env: DynamicEnv,
  objects: readonly KubeObject[],
  config: DecisionConfig,
): string[] {
  const view = meshView(byGroup(objects), config.clusterDomain);
  const cloned = new Set(env.status?.configuration?.unique);
  const read = configurationReader({ env, view, config }, cloned).read();
  const named = envWorkloads(env).filter(({ workload }) => workload.existing === undefined);
  return [...named, ...(read?.workloads ?? [])].map(({ key }) => key).sort(byText);
}

function named({ workload, key, overlay }: EnvWorkload): ConfiguredWorkload {
  const is = workload.existing === undefined ? 'unique' : 'existing';
  return { workload: `Deployment ${key}`, is, variables: variablesOf(overlay, workload) };
}

function variablesOf(overlay: Overlay | undefined, own = {}): ConfiguredVariable[] {
  return overlay === undefined ? [] : configuredVariables(overlay, own);
}

function uncloned(
  is: 'blocked' | 'not cloned',
  list: readonly UnclonedWorkload[],
  workload: string,
): Pick<ConfiguredWorkload, 'is' | 'message'> | undefined {
  const found = list.find((one) => one.workload === workload);
  return found && { is, message: found.message };
}

/** As Metacontroller sends them. */
export function byGroup(objects: readonly KubeObject[]): ObjectMap {
  const groups = Map.groupBy(objects, ({ apiVersion, kind }) => {
    const [group = '', version] = apiVersion.split('/');
    return version === undefined ? `${kind}.${group}` : `${kind}.${apiVersion}`;
  });
  return Object.fromEntries(
    [...groups].map(([key, list]) => [
      key,
      Object.fromEntries(
        list.map((object) => {
          const { namespace, name } = object.metadata;
          return [namespace === undefined ? name : `${namespace}/${name}`, object];
        }),
      ),
    ]),
  );
}

/** A headline, then each workload with the variables that decide; those that are shared in one line. */
export function describeConfiguration({ workloads }: EnvConfiguration): string[] {
  const of = (is: ConfiguredWorkload['is']) => workloads.filter((one) => one.is === is);
  const shared = of('shared').map(({ workload }) => workload.replace('Deployment ', ''));
  const unique = of('unique').length;
  return [
    `  configuration: ${unique} of ${workloads.length} workloads ${unique === 1 ? 'has pods of its' : 'have pods of their'} own, ${shared.length} shared`,
    ...(['unique', 'blocked', 'not cloned', 'existing'] as const).flatMap((is) =>
      of(is).flatMap(({ workload, message, variables }) => [
        `    ${is}: ${workload}${message === undefined ? '' : `: ${message}`}`,
        ...variables.map((one) => `      ${variableText(one)}`),
      ]),
    ),
    ...(shared.length === 0 ? [] : [`    shared: ${shared.join(', ')}`]),
  ];
}
