import type { DynamicEnv, UnclonedWorkload } from '../api/dynamicenv.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Deployment, StatefulSet } from '../k8s/workload.ts';
import { scopeOf } from '../kinds/dynamicenv/configuration/scope.ts';
import type { Card } from './cards.ts';
import type { MeshObjects } from './mesh-objects.ts';
import { boxesOf, type Problem, workloadBoxes } from './problems.ts';
import type { PictureNode, PictureSettings } from './types.ts';

/** What the configurations of envs say about boxes: more lines for them, and problems. */
export interface ConfigurationMarks {
  lines: { id: string; line: string; isHidden: boolean }[];
  problems: Problem[];
}

/** Clones that are unique because of variables, workloads that an env shares, and those that hold its routes back. */
export function configurationMarks(
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
  mesh: MeshObjects,
  cards: readonly Card[],
  settings: PictureSettings,
): ConfigurationMarks {
  const parts = envs
    .filter(({ status }) => status?.configuration !== undefined)
    .map((env): ConfigurationMarks => {
      const scope = inScope(env, objects, settings);
      const { blocked = [], notCloned = [] } = env.status?.configuration ?? {};
      const { name } = env.metadata;
      const uncloned = (is: string, list: readonly UnclonedWorkload[]) =>
        list.flatMap(({ workload, message }) =>
          boxesIn(workload, mesh, cards).map((id) => ({ id, text: `${name}: ${is}: ${message}` })),
        );
      const other = new Set([...blocked, ...notCloned].map(({ workload }) => workload));
      const unique = new Set(Object.keys(env.status?.subsetsStatus ?? {}));
      const shared = scope.filter(
        ({ kind, key }) => !other.has(`${kind} ${key}`) && !unique.has(key),
      );
      return {
        lines: [
          ...uniqueLines(env, mesh, cards),
          ...shared.flatMap(({ kind, key }) =>
            boxesIn(`${kind} ${key}`, mesh, cards).map((id) => {
              return { id, line: `shared by env ${name}`, isHidden: false };
            }),
          ),
        ],
        problems: [...uncloned('blocked', blocked), ...uncloned('not cloned', notCloned)],
      };
    });
  return {
    lines: parts.flatMap(({ lines }) => lines),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function inScope(env: DynamicEnv, objects: readonly KubeObject[], settings: PictureSettings) {
  const of =
    <T extends KubeObject>(kind: string) =>
    (namespace: string) =>
      objects.filter((one) => one.kind === kind && one.metadata.namespace === namespace) as T[];
  const view = {
    deployments: of<Deployment>('Deployment'),
    statefulSets: of<StatefulSet>('StatefulSet'),
  };
  const { versionLabel = 'version', defaultVersion = 'shared' } = settings;
  return scopeOf(env, view, { versionLabel, defaultVersion }).candidates;
}

function uniqueLines(
  { metadata, status }: DynamicEnv,
  mesh: MeshObjects,
  cards: readonly Card[],
): ConfigurationMarks['lines'] {
  const byWorkload = Map.groupBy(
    status?.configuration?.differences ?? [],
    ({ workload }) => workload,
  );
  return [...byWorkload].flatMap(([key, differences]) => {
    const clone = status?.subsetsStatus?.[key]?.deployment;
    if (clone === undefined) return [];
    // A box has room for one name. All of them are shown when the reader points at it.
    const [first, ...others] = differences.map(({ variable }) => variable);
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    const ids = boxesOf(`${clone.namespace}/${clone.name}`, metadata.name, mesh, cards);
    return ids.flatMap((id) => [
      { id, line: `unique: ${first}${more}`, isHidden: false },
      ...differences.map(({ variable, layer }) => {
        return { id, line: `${variable} (${layer})`, isHidden: true };
      }),
    ]);
  });
}

/** `workload`: `<kind> <namespace>/<name>` */
function boxesIn(workload: string, mesh: MeshObjects, cards: readonly Card[]): string[] {
  const [kind = '', name = ''] = workload.split(' ');
  return workloadBoxes(name, mesh, cards, kind);
}

export function withLines(
  nodes: readonly PictureNode[],
  lines: ConfigurationMarks['lines'],
): PictureNode[] {
  const byId = Map.groupBy(lines, ({ id }) => id);
  return nodes.map((node) => {
    const own = byId.get(node.id);
    if (own === undefined) return node;
    const texts = (isHidden: boolean) =>
      own.filter((one) => one.isHidden === isHidden).map(({ line }) => line);
    return {
      ...node,
      details: [...node.details, ...texts(false)],
      hidden: [...(node.hidden ?? []), ...texts(true)],
    };
  });
}
