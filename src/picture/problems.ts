import { readConsumersStatus } from '../api/consumer-status.ts';
import type { DynamicEnv, ResourceStatus, WorkloadStatus } from '../api/dynamicenv.ts';
import { PLAN_ANNOTATION } from '../api/marks.ts';
import { delegatesToAny } from '../istio/delegates.ts';
import { nameOf } from '../istio/objects.ts';
import { liveHosts } from '../istio/route-kinds.ts';
import type { VirtualService } from '../istio/types.ts';
import { parsePlan } from '../virtualservice/routes/plan-codec.ts';
import { type Card, namespaceId } from './cards.ts';
import { type MeshObjects, workloadName } from './mesh-objects.ts';
import type { PictureNode } from './types.ts';
import { virtualServiceId } from './virtualservices.ts';

/** What is wrong with the node of this id. */
export interface Problem {
  id: string;
  text: string;
}

/** A problem of routes from a VirtualService to a Service's pods. `env`: only of this env's routes; absent: of those to all pods. */
export interface RouteProblem {
  virtualService: string;
  host: string;
  env?: string;
  text: string;
}

/** The notes in the plans of VirtualServices: shadowed, unguarded, skipped … */
export function planProblems(
  { virtualServices }: MeshObjects,
  { clusterDomain }: { clusterDomain: string },
): RouteProblem[] {
  const byName = new Map(virtualServices.map((vs) => [nameOf(vs), vs]));
  // The note on its delegate says the same.
  const isRootAlone = (vs: VirtualService, host: string) =>
    !liveHosts(vs, clusterDomain).includes(host) && delegatesToAny(vs, (name) => byName.get(name));
  return virtualServices.flatMap((vs) => {
    const plan = parsePlan(vs.metadata.annotations?.[PLAN_ANNOTATION]);
    const notes = (plan?.notes ?? []).filter(
      ({ state, host }) => state !== 'skipped' || !isRootAlone(vs, host),
    );
    return notes.map(({ env, host, state, message }) => ({
      virtualService: virtualServiceId(nameOf(vs)),
      host,
      ...(state === 'unguarded' ? {} : { env }),
      text: state === 'unguarded' ? message : `${env}: ${state}: ${message}`,
    }));
  });
}

/** The problems in an env's status, each with its box; `made`: boxes for objects that do not exist. */
export function statusProblems(
  env: DynamicEnv,
  mesh: MeshObjects,
  cards: readonly Card[],
): { problems: Problem[]; made: PictureNode[] } {
  const subsets = Object.entries(env.status?.subsetsStatus ?? {});
  const workloads = [...subsets, ...Object.entries(readConsumersStatus(env.status))];
  const parts = workloads.map(([base, status]) => workloadProblems(env, base, status, mesh, cards));
  return {
    problems: parts.flatMap(({ problems }) => problems),
    made: parts.flatMap(({ made }) => made),
  };
}

function workloadProblems(
  env: DynamicEnv,
  base: string,
  status: WorkloadStatus,
  mesh: MeshObjects,
  cards: readonly Card[],
): { problems: Problem[]; made: PictureNode[] } {
  const { name } = env.metadata;
  const { deployment, destinationRules = [], virtualServices = [] } = status;
  const errors = Object.values(status.subsetErrors ?? {}).flat();
  const clone = `${deployment.namespace}/${deployment.name}`;
  const ids = existingBoxes(env, base, mesh, cards) ?? boxesOf(clone, name, mesh, cards);
  const made = ids.length > 0 ? [] : ghosts(env, base, deployment, mesh, cards);
  const own = ids.length > 0 ? ids : made.map(({ id }) => id);
  const about = (text: string) => own.map((id) => ({ id, text }));
  const wrong = [
    ...(deployment.status === 'running' ? [] : [said(deployment)]),
    ...new Set(errors.map(({ error }) => error)),
  ];
  // Each VirtualService that needs a missing rule repeats the message about it.
  const ruleTexts = new Set(destinationRules.map(({ message }) => message));
  const elsewhere = [
    ...destinationRules.map((one) => ({ one, id: undefined })),
    ...virtualServices
      .filter(({ message }) => !ruleTexts.has(message))
      .map((one) => ({ one, id: virtualServiceOf(one, mesh) })),
  ].filter(({ one }) => one.message !== undefined);
  return {
    made,
    problems: [
      ...wrong.flatMap(about),
      ...elsewhere.flatMap(({ one, id }) => {
        const place = id ?? serviceOf(one, cards);
        const text = `${name}: ${one.message}`;
        return place === undefined ? about(one.message ?? '') : [{ id: place, text }];
      }),
    ],
  };
}

function said({ status, message }: ResourceStatus): string {
  return message === undefined ? status : `${status}: ${message}`;
}

/** The boxes of a version that exists already: of its Deployment, or its Service. Undefined: a clone, or it does not exist. */
function existingBoxes(
  { spec }: DynamicEnv,
  base: string,
  mesh: MeshObjects,
  cards: readonly Card[],
): string[] | undefined {
  const found = spec.subsets?.find(({ namespace, name }) => `${namespace}/${name}` === base);
  if (found?.existing === undefined) return undefined;
  const { deployment, service } = found.existing;
  const { namespace } = found;
  const ids =
    deployment === undefined
      ? [serviceOf({ namespace, name: service ?? '' }, cards) ?? []].flat()
      : workloadBoxes(`${namespace}/${deployment}`, mesh, cards);
  return ids.length === 0 ? undefined : ids;
}

/** The boxes of a Deployment, or of a workload of another kind: one in each Service that selects it, or one of its own. Empty: it does not exist. */
export function workloadBoxes(
  name: string,
  mesh: MeshObjects,
  cards: readonly Card[],
  kind = 'Deployment',
): string[] {
  const found = workloadNamed(name, mesh, kind);
  if (found === undefined) return [];
  const behind = cards.flatMap(({ versions }) =>
    versions.filter(({ workload }) => workload === found).map(({ id }) => id),
  );
  return behind.length > 0 ? behind : [workloadId(name)];
}

/** The boxes of a clone: one in each Service that selects it, or one of its own. */
export function boxesOf(
  clone: string,
  env: string,
  mesh: MeshObjects,
  cards: readonly Card[],
): string[] {
  const found = workloadNamed(clone, mesh);
  return found?.env === env ? workloadBoxes(clone, mesh, cards) : [];
}

function workloadNamed(name: string, { workloads }: MeshObjects, kind = 'Deployment') {
  return workloads.find((one) => one.kind === kind && workloadName(one) === name);
}

/** Id of the box of a Deployment that no Service selects. */
export function workloadId(name: string): string {
  return `workload ${name}`;
}

/** A clone that does not exist is shown where it would be: beside its base. */
function ghosts(
  env: DynamicEnv,
  base: string,
  { name, namespace }: ResourceStatus,
  mesh: MeshObjects,
  cards: readonly Card[],
): PictureNode[] {
  const found = workloadNamed(base, mesh);
  const behind = cards.filter(({ versions }) =>
    versions.some(({ workload }) => workload === found),
  );
  const parents = behind.length > 0 ? behind.map(({ id }) => id) : [namespaceId(namespace)];
  return parents.map((parent) => ({
    id: `absent ${parent} ${env.metadata.name} ${name}`,
    kind: 'absent',
    parent,
    title: name,
    details: [`env ${env.metadata.name}`],
    env: env.metadata.name,
    problems: [],
  }));
}

function virtualServiceOf(
  { namespace, name }: ResourceStatus,
  mesh: MeshObjects,
): string | undefined {
  const found = mesh.virtualServices.find((vs) => nameOf(vs) === `${namespace}/${name}`);
  return found && virtualServiceId(nameOf(found));
}

/** For a missing object the status contains the name of the Service. */
function serviceOf(
  { namespace, name }: Pick<ResourceStatus, 'namespace' | 'name'>,
  cards: readonly Card[],
) {
  return cards.find((card) => card.namespace === namespace && card.name === name)?.id;
}
