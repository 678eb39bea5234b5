import type { ServedKind } from '../kinds.ts';
import { isMap, type LocalObject } from '../object.ts';

/**
 * The defaults that the API server writes into built-in kinds, as far as hooks meet them: see the Deployments and
 * Services in test/fixtures/recorded, and https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/.
 */
type Fields = Record<string, unknown>;

const POD: Fields = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};
const CONTAINER: Fields = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};
const ROLLING_UPDATE: Fields = { maxSurge: '25%', maxUnavailable: '25%' };

function maps(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isMap) : [];
}

/** https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting */
function pullPolicy(image: unknown): string {
  const last = String(image).split('/').at(-1) ?? '';
  if (last.includes('@')) return 'IfNotPresent';
  return last.includes(':') && !last.endsWith(':latest') ? 'IfNotPresent' : 'Always';
}

function container(given: Fields): Fields {
  const ports = maps(given['ports']).map((port) => ({ protocol: 'TCP', ...port }));
  const imagePullPolicy = pullPolicy(given['image']);
  return { ...CONTAINER, imagePullPolicy, ...given, ...(ports.length > 0 && { ports }) };
}

/** The older name of the field is kept equal to the newer one (pkg/apis/core/v1/conversion.go). */
function serviceAccount({ serviceAccountName, serviceAccount: older }: Fields): Fields {
  const name = serviceAccountName ?? older;
  return name === undefined ? {} : { serviceAccountName: name, serviceAccount: name };
}

function podSpec(given: Fields): Fields {
  const spec: Fields = { ...POD, ...given, ...serviceAccount(given) };
  for (const list of ['containers', 'initContainers']) {
    if (list in given) spec[list] = maps(given[list]).map(container);
  }
  return spec;
}

function template(given: unknown): Fields {
  const { spec, ...rest } = isMap(given) ? given : {};
  return { ...rest, spec: podSpec(isMap(spec) ? spec : {}) };
}

function strategy(given: unknown): Fields {
  const { rollingUpdate, ...rest } = isMap(given) ? given : {};
  const type = rest['type'] ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...rest, type };
  return { type, rollingUpdate: { ...ROLLING_UPDATE, ...(isMap(rollingUpdate) && rollingUpdate) } };
}

function deployment(given: Fields): Fields {
  return {
    progressDeadlineSeconds: 600,
    replicas: 1,
    revisionHistoryLimit: 10,
    ...given,
    strategy: strategy(given['strategy']),
    template: template(given['template']),
  };
}

function statefulSet(given: Fields): Fields {
  return { replicas: 1, revisionHistoryLimit: 10, ...given, template: template(given['template']) };
}

function service(given: Fields): Fields {
  const ports = maps(given['ports']).map((port) => ({
    protocol: 'TCP',
    targetPort: port['port'],
    ...port,
  }));
  const base = { internalTrafficPolicy: 'Cluster', sessionAffinity: 'None', type: 'ClusterIP' };
  return { ...base, ...given, ...(ports.length > 0 && { ports }) };
}

const BY_KIND: Readonly<Record<string, (spec: Fields) => Fields>> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  Service: service,
};

/** Every Namespace has it, with its name (SetDefaults_Namespace in pkg/apis/core/v1/defaults.go). */
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

function namespace({ metadata, ...rest }: LocalObject): LocalObject {
  const labels = { ...metadata.labels, [NAMESPACE_NAME_LABEL]: metadata.name };
  return { ...rest, metadata: { ...metadata, labels } };
}

/** Fills in what a writer left out; idempotent. */
export type Defaults = (object: LocalObject) => LocalObject;

/** The API server's own for built-in kinds; for custom ones those of their schemas (`custom`), if there are any. */
export function withDefaults(
  kind: ServedKind,
  object: LocalObject,
  custom?: Defaults,
): LocalObject {
  if (!kind.builtIn) return custom?.(object) ?? object;
  if (kind.kind === 'Namespace') return namespace(object);
  const defaults = BY_KIND[kind.kind];
  return defaults ? { ...object, spec: defaults(object.spec ?? {}) } : object;
}

const ALLOCATED = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];

/** What the API server fills in when a Service is created: an address, and an empty status. */
export function onCreate(kind: ServedKind, object: LocalObject, count: number): LocalObject {
  const spec = object.spec ?? {};
  if (kind.kind !== 'Service' || spec['type'] === 'ExternalName') return object;
  const clusterIP = spec['clusterIP'] ?? `10.0.${Math.floor(count / 250)}.${(count % 250) + 1}`;
  const families = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  return {
    ...object,
    spec: { clusterIP, clusterIPs: [clusterIP], ...families, ...spec },
    status: { loadBalancer: {} },
  };
}

/** A Service keeps its address when the manifest does not name one. */
export function keepAllocated(kind: ServedKind, live: LocalObject, next: LocalObject): LocalObject {
  if (kind.kind !== 'Service') return next;
  const held = Object.entries(live.spec ?? {}).filter(([field]) => ALLOCATED.includes(field));
  return { ...next, spec: { ...Object.fromEntries(held), ...next.spec } };
}
