import type { DynamicEnv } from '../api/dynamicenv.ts';
import { namespaceOf } from '../istio/objects.ts';
import type { KubeObject } from '../k8s/object.ts';
import { versionsByNamespace } from '../trace/namespace-versions.ts';
import type { Trace } from '../trace/types.ts';
import { type Card, cardNodes, cardsOf, namespaceId, workloadNode } from './cards.ts';
import { configurationMarks, withLines } from './configurations.ts';
import { bundled, troubled } from './edges.ts';
import { entriesOf } from './entries.ts';
import { folded } from './fold.ts';
import { levelsOf } from './levels.ts';
import { mergeProblems } from './merges.ts';
import { envsOf, type MeshObjects, meshObjects, workloadName } from './mesh-objects.ts';
import { type Problem, planProblems, statusProblems, workloadId } from './problems.ts';
import { joined, routesOf } from './routes.ts';
import type { Picture, PictureEnv, PictureNode, PictureSettings } from './types.ts';
import { virtualEnvironmentProblems } from './virtual-environments.ts';
import { virtualServiceNode } from './virtualservices.ts';
import { hopSummary, wayOf, withWay } from './way.ts';

/** The picture of a cluster's objects and their status; with the path of a traced request, if there is one. */
export function pictureOf(
  objects: readonly KubeObject[],
  settings: PictureSettings,
  trace?: Trace,
): Picture {
  const mesh = meshObjects(objects);
  const envs = envsOf(objects);
  const cards = cardsOf(mesh, settings);
  const spaces = versionsByNamespace(objects);
  const byHost = new Map(cards.map((card) => [card.host, card]));
  const homes = mesh.virtualServices.map((vs) => ({
    vs,
    node: virtualServiceNode(vs, byHost, settings),
  }));
  const statuses = envs.map((env) => statusProblems(env, mesh, cards));
  const plans = planProblems(mesh, settings);
  const marks = configurationMarks(envs, objects, mesh, cards, settings);
  // Boxes of existing objects come before boxes of objects that are only referred to: of the same id the first is kept.
  const { nodes: things, edges } = joined([
    {
      nodes: [
        ...cards.flatMap((card) => cardNodes(card, levelsOf(card, spaces.get(card.namespace)))),
        ...besideServices(mesh, cards),
        ...homes.map(({ node }) => node),
        ...statuses.flatMap(({ made }) => made),
      ],
      edges: [],
    },
    ...homes.map(({ vs, node }) => routesOf(vs, node, byHost, settings)),
    ...homes.map(({ vs, node }) => entriesOf(vs, node, spaces.get(namespaceOf(vs)))),
  ]);
  const way = trace === undefined ? { nodes: [], edges: [] } : wayOf(trace, things);
  const all = [...things, ...way.nodes];
  const wrong = [
    ...statuses.flatMap(({ problems }) => problems),
    ...marks.problems,
    ...plans.map(({ virtualService: id, text }) => ({ id, text })),
    ...mergeProblems(objects),
    ...virtualEnvironmentProblems([...spaces.values()], cards),
  ];
  return folded({
    nodes: withProblems(withLines([...namespacesOf(all), ...all], marks.lines), wrong),
    edges: withWay(troubled(bundled(edges), all, plans), bundled(way.edges)),
    envs: envs.map(envSummary),
    hops: (trace?.hops ?? []).map(hopSummary),
  });
}

/** Clones that no Service selects. Other workloads without a Service are not shown. */
function besideServices({ workloads }: MeshObjects, cards: readonly Card[]): PictureNode[] {
  const behind = new Set(cards.flatMap(({ versions }) => versions.map((one) => one.workload)));
  return workloads
    .filter((workload) => workload.env !== undefined && !behind.has(workload))
    .map((workload) => {
      const node = workloadNode(workload, workloadId(workloadName(workload)));
      const parent = namespaceId(workload.namespace);
      return { ...node, parent, details: [...node.details, 'behind no Service'] };
    });
}

function namespacesOf(nodes: readonly PictureNode[]): PictureNode[] {
  const ids = new Set(nodes.flatMap(({ parent = '' }) => (isNamespace(parent) ? [parent] : [])));
  return [...ids]
    .sort()
    .map((id) => ({ id, kind: 'namespace', title: id, details: [], problems: [] }));
}

function isNamespace(id: string): boolean {
  return id.startsWith(namespaceId(''));
}

function withProblems(nodes: readonly PictureNode[], problems: readonly Problem[]): PictureNode[] {
  const byId = Map.groupBy(problems, ({ id }) => id);
  return nodes.map((node) => {
    const texts = (byId.get(node.id) ?? []).map(({ text }) => text);
    return { ...node, problems: [...new Set([...node.problems, ...texts])] };
  });
}

function envSummary({ metadata, status }: DynamicEnv): PictureEnv {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const state = status?.state ?? 'no status';
  const why = ready === undefined || state === 'ready' ? [] : [ready.message];
  return { name: metadata.name, state, match: status?.match ?? '', problems: why };
}
