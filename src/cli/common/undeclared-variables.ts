import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { VARIABLES_ANNOTATION } from '../../api/marks.ts';
import { byText } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Container, Deployment, StatefulSet } from '../../k8s/workload.ts';
import { hasConfiguration, layersOf } from '../../kinds/dynamicenv/configuration/layers.ts';
import { annotatedVariables } from '../../kinds/dynamicenv/configuration/overlay.ts';
import { scopeOf } from '../../kinds/dynamicenv/configuration/scope.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
import { meshView } from '../../mesh/view.ts';
import { layered } from '../../overlay/layered.ts';
import type { Layered } from '../../overlay/types.ts';
import { byGroup } from './env-configuration.ts';

/** A workload that an env's configuration concerns. */
export interface ConcernedWorkload {
  /** `Deployment market/orders` */
  workload: string;
  object: Deployment | StatefulSet;
}

/** Those in scope and those that the spec names, among these objects. */
export function concernedWorkloads(
  env: DynamicEnv,
  objects: readonly KubeObject[],
  config: DecisionConfig,
): ConcernedWorkload[] {
  if (!hasConfiguration(env)) return [];
  const view = meshView(byGroup(objects), config.clusterDomain);
  const named = envWorkloads(env).flatMap(({ key, workload: { namespace, name, existing } }) => {
    const object = existing === undefined ? view.deployment(namespace, name) : undefined;
    return object === undefined ? [] : { workload: `Deployment ${key}`, object };
  });
  const { candidates } = scopeOf(env, view, config);
  return [
    ...named,
    ...candidates.map(({ kind, key, object }) => ({ workload: `${kind} ${key}`, object })),
  ];
}

/**
 * Variables that the layers set, and that a workload has by `envFrom` only, without declaring them: they keep their values there, and the
 * workload looks shared. The service reads neither ConfigMaps nor Secrets, so it cannot say that. Of those among the objects, names are
 * compared, and the values of ConfigMaps.
 */
export function undeclaredNotes(
  env: DynamicEnv,
  objects: readonly KubeObject[],
  config: DecisionConfig,
): string[] {
  const workloads = concernedWorkloads(env, objects, config);
  if (workloads.length === 0) return [];
  const found = layersOf(env, meshView(byGroup(objects), config.clusterDomain), config);
  if ('problem' in found) return [];
  const all = layered(found.layers);
  const sources = sourcesIn(objects);
  return workloads.flatMap((one) => undeclaredNote(one, all, sources) ?? []);
}

/** All of a workload's pods, init containers, too. */
export function containersOf({ spec }: Deployment | StatefulSet): Container[] {
  const pod = spec.template.spec;
  return [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])];
}

/** By `ConfigMap namespace/name`. */
type Sources = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

function sourcesIn(objects: readonly KubeObject[]): Sources {
  return new Map(
    objects.flatMap((object) => {
      const { kind, metadata } = object;
      if (object.apiVersion !== 'v1' || !['ConfigMap', 'Secret'].includes(kind)) return [];
      const { data, stringData } = object as { data?: unknown; stringData?: unknown };
      const entries = [data, stringData].flatMap((one) => (isMap(one) ? Object.entries(one) : []));
      return [[`${kind} ${metadata.namespace}/${metadata.name}`, new Map(entries)] as const];
    }),
  );
}

function undeclaredNote(
  { workload, object }: ConcernedWorkload,
  all: Layered,
  sources: Sources,
): string | undefined {
  const declared = annotatedVariables(object);
  const { namespace = '' } = object.metadata;
  const undeclared = new Map(
    containersOf(object).flatMap((one) => [...readByEnvFrom(one, namespace, all, sources)]),
  );
  for (const name of declared) undeclared.delete(name);
  if (undeclared.size === 0) return undefined;
  const names = [...undeclared.keys()].sort(byText);
  const from = [...new Set(undeclared.values())].sort(byText).join(', ');
  const annotation = [...new Set([...declared, ...names])].sort(byText).join(',');
  const keeps = names.length === 1 ? 'it keeps its value' : 'they keep their values';
  return `${workload} reads ${names.join(', ')} by envFrom (${from}) and does not declare that, so ${keeps} there; add the annotation ${VARIABLES_ANNOTATION}: "${annotation}" to it, if the configuration is to apply`;
}

/** Variables that the layers set to something else than the container has by `envFrom`, and where it has them from. */
function readByEnvFrom(
  { env, envFrom }: Container,
  namespace: string,
  all: Layered,
  sources: Sources,
): Map<string, string> {
  const own = new Set((env ?? []).map(({ name }) => name));
  const read = (envFrom ?? []).flatMap(({ prefix = '', configMapRef, secretRef }) => {
    const source = configMapRef ? `ConfigMap ${configMapRef.name}` : `Secret ${secretRef?.name}`;
    const entries = sources.get(source.replace(' ', ` ${namespace}/`)) ?? [];
    return [...entries].flatMap(([key, value]): [string, string][] => {
      const name = `${prefix}${key}`;
      return isOther(all, name, configMapRef && value) ? [[name, source]] : [];
    });
  });
  return new Map(read.filter(([name]) => !own.has(name)));
}

/** `value`: what the container has now; undefined: a Secret's value, which is not looked at. */
function isOther(all: Layered, name: string, value: unknown): boolean {
  const source = all.get(name)?.source;
  return source !== undefined && !('value' in source && source.value === value);
}
