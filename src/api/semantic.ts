import type { Refusal } from '../crd/refusal.ts';
import { headerKey } from '../istio/header-name.ts';
import { isCommonHeader } from './common-headers.ts';
import type { DynamicEnv, IstioMatch, Workload } from './dynamicenv.ts';
import { entryRefusals } from './entry-refusals.ts';
import { lifeTimeRefusals } from './life-time-refusals.ts';
import {
  CLONE_LABEL,
  CONTROLLER_UID_LABEL,
  DYNAMIC_ENV_LABEL,
  ENV_LABEL_PREFIX,
  HOST_LABEL,
} from './marks.ts';

/** The administrator's settings, and facts about the env. */
export interface SemanticSettings {
  versionLabel: string;
  defaultVersion: string;
  /**
   * Names that matches may use under `headers`, in lower case. Empty: any. Source labels, query parameters, cookies, baggage members and
   * refs are not limited (docs/security.md).
   */
  allowedHeaderNames: readonly string[];
  /** Common headers that may be matched nevertheless, in lower case. */
  allowedCommonHeaders?: readonly string[];
  /** Hosts of entries, see `entryAt`. Empty: none. */
  entryHosts?: readonly string[];
  /** Maximum replicas of one clone. 0: no limit. */
  maxReplicas?: number;
  /** The longest `spec.ttl`; every env must have one then. Empty: no limit. */
  maxTtl?: string;
  /** Every env must have a `spec.owner`. */
  requireOwner?: boolean;
  /**
   * What the stored env already uses, and may keep: header names in lower case, replicas by `<namespace>/<deployment>`, and hosts of
   * entries. `isLiving`: it has children, so that rules on its life time came later than the env.
   */
  inEffect?: {
    headerNames: ReadonlySet<string>;
    replicas: ReadonlyMap<string, number>;
    isLiving?: boolean;
    entryHosts?: ReadonlySet<string>;
  };
  /** The env's version label value (`envId(metadata.name)`). */
  subsetName: string;
}

/** A workload and its path in the object. */
type Placed = [path: string, workload: Workload];

/**
 * Checks that the CRD cannot express: comparisons across lists exceed the cost budget of CEL rules, and a CRD does not
 * know the flags. An empty list means that the env is accepted.
 */
export function semanticRefusals({ spec }: DynamicEnv, settings: SemanticSettings): Refusal[] {
  const placed: Placed[] = [
    ...(spec.subsets ?? []).map((one, index): Placed => [`spec.subsets[${index}]`, one]),
    ...(spec.consumers ?? []).map((one, index): Placed => [`spec.consumers[${index}]`, one]),
  ];
  return [
    ...(spec.istioMatches ?? []).flatMap((match, index) =>
      headerRefusals(match, `spec.istioMatches[${index}].headers`, settings),
    ),
    ...entryRefusals(spec, settings),
    ...repeatedWorkloads(placed),
    ...placed.flatMap((one) => replicaRefusals(one, settings)),
    ...placed.flatMap((one) => podLabelRefusals(one, settings)),
    ...defaultVersionRefusals(placed, settings),
    ...scopeRefusals(spec, settings),
    ...lifeTimeRefusals(spec, settings),
  ];
}

function headerRefusals(match: IstioMatch, path: string, settings: SemanticSettings): Refusal[] {
  const names = Object.keys(match.headers ?? {});
  const keys = names.map(headerKey);
  const allowed = settings.allowedHeaderNames;
  return names.flatMap((name, index) => {
    const key = headerKey(name);
    const first = keys.indexOf(key);
    const place = `${path}[${name}]`;
    if (first < index) return [repeatedHeader(place, names[first])];
    if (allowed.length > 0) return allowed.includes(key) ? [] : [foreignHeader(place, allowed)];
    return isRefusedCommon(key, settings) ? [commonHeader(place)] : [];
  });
}

function isRefusedCommon(
  name: string,
  { allowedCommonHeaders = [], inEffect }: SemanticSettings,
): boolean {
  return (
    isCommonHeader(name) &&
    !allowedCommonHeaders.includes(name) &&
    inEffect?.headerNames.has(name) !== true
  );
}

function commonHeader(path: string): Refusal {
  const message =
    "everybody's requests carry it: match a header that only yours carry, or ask the administrator to allow it (allowed-common-headers)";
  return { reason: 'Forbidden', path, message };
}

function repeatedHeader(path: string, first: string | undefined): Refusal {
  const message = `is the same header as ${first}, since header names ignore case: remove one of them`;
  return { reason: 'Duplicate', path, message };
}

function foreignHeader(path: string, allowed: readonly string[]): Refusal {
  const message = `the administrator allows these headers only: ${allowed.join(', ')}`;
  return { reason: 'Forbidden', path, message };
}

function repeatedWorkloads(placed: readonly Placed[]): Refusal[] {
  const seen = new Map<string, string>();
  return placed.flatMap(([path, { namespace, name }]) => {
    const key = `${namespace}/${name}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, path);
    const message = `Deployment ${key} is listed at ${first}, too: it can have one clone only, take one out`;
    return first === undefined ? [] : [{ reason: 'Duplicate', path, message }];
  });
}

function replicaRefusals(
  [path, { namespace, name, replicas = 1 }]: Placed,
  { maxReplicas = 0, inEffect }: SemanticSettings,
): Refusal[] {
  const limit = Math.max(maxReplicas, inEffect?.replicas.get(`${namespace}/${name}`) ?? 0);
  if (maxReplicas === 0 || replicas <= limit) return [];
  const message = `${replicas} pods are asked for, but the administrator allows ${maxReplicas}: lower it, or ask the administrator`;
  return [{ reason: 'Forbidden', path: `${path}.replicas`, message }];
}

function podLabelRefusals([path, workload]: Placed, { versionLabel }: SemanticSettings): Refusal[] {
  const reserved = [versionLabel, CLONE_LABEL, DYNAMIC_ENV_LABEL, CONTROLLER_UID_LABEL, HOST_LABEL];
  return Object.keys(workload.podLabels ?? {})
    .filter((key) => reserved.includes(key) || key.startsWith(ENV_LABEL_PREFIX))
    .map((key) => ({
      reason: 'Forbidden',
      path: `${path}.podLabels[${key}]`,
      message: `label ${key} is reserved: this system sets it itself. Remove it`,
    }));
}

/** Pods of such a clone would have the base's version label, and everybody's requests would reach them. */
function defaultVersionRefusals(placed: readonly Placed[], settings: SemanticSettings): Refusal[] {
  const { subsetName } = settings;
  return placed
    .filter(([, { defaultVersion = settings.defaultVersion }]) => defaultVersion === subsetName)
    .map(([path]) => ({
      reason: 'Forbidden',
      path: 'metadata.name',
      message: `"${subsetName}" is the default version of the Deployment at ${path}: give the DynamicEnv another name`,
    }));
}

/** The same for the clones of workloads in scope. */
function scopeRefusals(
  { scope = [] }: DynamicEnv['spec'],
  { subsetName, defaultVersion }: SemanticSettings,
): Refusal[] {
  if (scope.length === 0 || defaultVersion !== subsetName) return [];
  const message = `"${subsetName}" is the default version of the Deployments that spec.scope selects: give the DynamicEnv another name`;
  return [{ reason: 'Forbidden', path: 'metadata.name', message }];
}
