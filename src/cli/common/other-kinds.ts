import { MERGE_KIND } from '../../api/virtualservicemerge.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { Discovery } from '../../simulator/discovery.ts';
import { type ServedKind, splitApiVersion } from '../../simulator/kinds.ts';

/** API groups of kinds that decide about requests. An unknown kind there is a mistake, such as `Deploymnt`. */
const DECIDING = ['', 'apps', 'extensions', 'networking.istio.io'];
/** Of these groups, the kinds that decide nothing and are not known. */
const WITHOUT_EFFECT = ['ControllerRevision', 'Endpoints', 'Event', 'Node', 'PodTemplate'];
/** A kind of this name in another group is meant to be ours. */
const OURS = ['DynamicEnv', MERGE_KIND];

export interface OtherKinds {
  /** Is the object at this place of another kind? Then it is left out. */
  takes(value: unknown, place: string): boolean;
  /** One warning for each kind that was left out. */
  warnings(): string[];
}

/**
 * The objects of kinds that are not known and that cannot change an answer: of other projects, such as cert-manager's Issuer, or of
 * files that are no objects of a cluster, such as a Kustomization. `own`: this program's kinds.
 */
export function otherKinds(kinds: Discovery, own: readonly ServedKind[]): OtherKinds {
  const groups = new Set([...DECIDING, ...own.map(({ group }) => group)]);
  const decides = ({ apiVersion, kind }: Type) =>
    OURS.includes(kind) ||
    (groups.has(splitApiVersion(apiVersion).group) && !WITHOUT_EFFECT.includes(kind));
  const found = new Map<string, { place: string; count: number }>();
  return {
    takes: (value, place) => {
      const type = typeOf(value);
      if (type === undefined || decides(type) || isKnown(kinds, type)) return false;
      const key = `${type.kind} of ${type.apiVersion}`;
      const before = found.get(key);
      found.set(key, { place: before?.place ?? place, count: (before?.count ?? 0) + 1 });
      return true;
    },
    warnings: () =>
      [...found].map(([key, { place, count }]) => {
        const more = count === 1 ? '' : `, and ${count - 1} more of them`;
        const remedy = key.includes(KUSTOMIZE) ? RENDER : READ;
        return `${place}: ${key} is left out${more}: ${remedy}`;
      }),
  };
}

interface Type {
  apiVersion: string;
  kind: string;
}

function typeOf(value: unknown): Type | undefined {
  if (!isMap(value)) return undefined;
  const { apiVersion, kind } = value;
  return typeof apiVersion === 'string' && typeof kind === 'string'
    ? { apiVersion, kind }
    : undefined;
}

function isKnown({ kindOf }: Discovery, type: Type): boolean {
  try {
    kindOf(type);
    return true;
  } catch {
    return false;
  }
}

const READ = 'only kinds of Kubernetes, Istio and DynamicEnv are read';
const KUSTOMIZE = ' of kustomize.config.k8s.io/';
const RENDER = 'render the folder first, with "kubectl kustomize", and name the result with -f';
