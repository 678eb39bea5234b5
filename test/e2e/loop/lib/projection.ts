import {
  CONTROLLER_UID_LABEL,
  INCARNATION_ANNOTATION,
  LAST_APPLIED_ANNOTATION,
  PLAN_ANNOTATION,
  REPAIR_ANNOTATION,
  SPEC_ANNOTATION,
} from '../../../../src/api/marks.ts';
import { VIRTUAL_ENVIRONMENT_KIND } from '../../../../src/api/virtualenvironment.ts';
import { MERGE_KIND } from '../../../../src/api/virtualservicemerge.ts';
import { byText, canonicalJson } from '../../../../src/k8s/canonical.ts';
import { decodeContent } from '../../../../src/mesh/index-content.ts';
import { isMap, type LocalObject } from '../../../../src/simulator/object.ts';
import { MERGE_FIELDS } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { nameOf } from '../../../scenarios/lib/names.ts';

/*
 * Selects the parts of objects that must be equal on the in-memory cluster and on a real one at the end of a scenario:
 *
 * - the objects by kind, namespace and name, except namespaces
 * - labels, annotations, finalizers, and whether the object is being deleted
 * - the spec. For Deployments, Services and StatefulSets, for which the API server sets defaults: only the fields that
 *   the
 *   object has on the in-memory cluster
 * - the status of DynamicEnvs, VirtualServiceMerges and VirtualEnvironments, and the number of available pods of Deployments
 *
 * Not compared: uids (in plans, each is replaced by the object's name), resource versions, managed fields, addresses, times (each is replaced by `<time>`), the number of
 * attempts in a plan, incarnations (each is replaced by `<incarnation>`) and the hash of a spec that has one, and the internal annotations of
 * kubectl, Metacontroller and the deployment controller.
 */

const NOT_OURS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  LAST_APPLIED_ANNOTATION,
];
const WITH_STATUS = ['DynamicEnv', MERGE_KIND, VIRTUAL_ENVIRONMENT_KIND];
const WITH_DEFAULTS = ['Deployment', 'Service', 'StatefulSet'];
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

export type Projection = Record<string, Record<string, unknown>>;

/** The compared parts of each object, by the object's name. */
export function project(objects: readonly LocalObject[]): Projection {
  const names = new Map([
    ...objects.map((object) => [object.metadata.uid ?? '', fullName(object)] as const),
    ...objects.flatMap(incarnationOf).map((one) => [one, '<incarnation>'] as const),
  ]);
  const entries = objects
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => [fullName(object), timeless(projected(object, names), names)]);
  return Object.fromEntries(entries);
}

/** It contains the time of its beginning. */
function incarnationOf({ metadata, spec }: LocalObject): string[] {
  const { incarnation } = isMap(spec) ? spec : {};
  return [metadata.annotations?.[INCARNATION_ANNOTATION], incarnation].filter(
    (one) => typeof one === 'string',
  );
}

/** With the group of kinds that two groups have. */
function fullName(object: LocalObject): string {
  const name = nameOf(object);
  if (object.kind !== MERGE_KIND) return name;
  return name.replace(' ', `.${object.apiVersion.split('/')[0]} `);
}

/** `names`: of all objects, by uid, and of what else differs in every run. */
function projected(
  { kind, metadata, spec, status }: LocalObject,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> {
  return {
    labels: renamed(metadata.labels, CONTROLLER_UID_LABEL),
    annotations: annotationsOf(
      renamed(withoutHash(metadata.annotations), REPAIR_ANNOTATION),
      names,
    ),
    finalizers: metadata.finalizers ?? [],
    isLeaving: metadata.deletionTimestamp !== undefined,
    spec: isMap(spec) ? withoutGiven(readable(spec)) : spec,
    status: statusOf(kind, status),
  };
}

function withoutHash(annotations: Record<string, string> = {}): Record<string, string> {
  return INCARNATION_ANNOTATION in annotations
    ? renamed(annotations, SPEC_ANNOTATION)
    : annotations;
}

/** The spec of a MeshIndex with its content decoded: the encoded contents differ, because they contain times. */
function readable(spec: Record<string, unknown>): Record<string, unknown> {
  const { content } = spec;
  return typeof content === 'string' ? { ...spec, ...decodeContent(content) } : spec;
}

function statusOf(kind: string, status: LocalObject['status']): unknown {
  if (WITH_STATUS.includes(kind)) return status;
  return kind === 'Deployment' ? { availableReplicas: status?.['availableReplicas'] ?? 0 } : {};
}

/** Replaces the value of a key that differs in every run. So only the presence of the key is compared. */
function renamed(map: Record<string, string> = {}, key: string): Record<string, string> {
  return key in map ? { ...map, [key]: '<value>' } : map;
}

function annotationsOf(
  annotations: Record<string, string>,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const ours = Object.entries(annotations).filter(([key]) => !NOT_OURS.includes(key));
  return Object.fromEntries(
    ours.map(([key, value]) => [key, key === PLAN_ANNOTATION ? planOf(value, names) : value]),
  );
}

function planOf(text: string, names: ReadonlyMap<string, string>): unknown {
  let named = text;
  for (const [uid, name] of names) if (uid !== '') named = named.replaceAll(uid, name);
  try {
    const { at: _at, attempt: _attempt, ...plan } = JSON.parse(named) as Record<string, unknown>;
    // The lists about merges are in the order of their uids.
    const entries = Object.entries(plan).map(([key, value]) => {
      const isOfMerges = MERGE_FIELDS.some((field) => field === key) && Array.isArray(value);
      return [
        key,
        isOfMerges ? value.toSorted((a, b) => byText(canonicalJson(a), canonicalJson(b))) : value,
      ];
    });
    return Object.fromEntries(entries);
  } catch {
    // Some scenarios write an invalid plan.
    return text;
  }
}

/**
 * The spec without values that the cluster chooses: addresses of Services, and the parent's uid in selectors, which
 * Metacontroller adds with generateSelector.
 */
function withoutGiven(spec: Record<string, unknown>): unknown {
  const { clusterIP: _ip, clusterIPs: _ips, ...rest } = spec;
  return JSON.parse(canonicalJson(rest), (key, value) =>
    key === CONTROLLER_UID_LABEL ? '<value>' : value,
  );
}

/** Some messages name a uid. */
function timeless(
  value: Record<string, unknown>,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> {
  let text = canonicalJson(value).replaceAll(TIME, '<time>');
  for (const [uid, name] of names) if (uid !== '') text = text.replaceAll(uid, name);
  return JSON.parse(text);
}

/** Differences between the projections of the in-memory cluster and of the real one, as texts. */
export function projectionDifferences(memory: Projection, real: Projection): string[] {
  const names = [...new Set([...Object.keys(memory), ...Object.keys(real)])].sort();
  return names.flatMap((name) => {
    const [wanted, found] = [memory[name], real[name]];
    if (wanted === undefined) return [`${name}: is on the real cluster only`];
    if (found === undefined) return [`${name}: is on the in-memory cluster only`];
    const hasDefaults = WITH_DEFAULTS.includes(name.split(' ')[0] ?? '');
    return Object.keys(wanted).flatMap((part) =>
      differing(wanted[part], found[part], `${name}: ${part}`, hasDefaults && part === 'spec'),
    );
  });
}

function differing(memory: unknown, real: unknown, path: string, partial: boolean): string[] {
  if (canonicalJson(memory ?? null) === canonicalJson(real ?? null)) return [];
  if (Array.isArray(memory) && Array.isArray(real) && memory.length === real.length) {
    return memory.flatMap((item, index) =>
      differing(item, real[index], `${path}[${index}]`, partial),
    );
  }
  if (isMap(memory) && isMap(real)) {
    const keys = partial
      ? Object.keys(memory)
      : [...new Set([...Object.keys(memory), ...Object.keys(real)])];
    return keys.flatMap((key) => differing(memory[key], real[key], `${path}.${key}`, partial));
  }
  return [`${path}: in memory ${JSON.stringify(memory)}, really ${JSON.stringify(real)}`];
}
