import { compileShape, type Shape } from './shape-check.ts';
import { findWrong, type WrongShape } from './wrong-field.ts';

const TEXT: Shape = { type: 'text' };
const MAP: Shape = { type: 'map' };
const listOf = (items: Shape): Shape => ({ type: 'list', items });
const mapOf = (values: Shape): Shape => ({ type: 'map', values });
const map = (members: Record<string, Shape>, ...needed: string[]): Shape => ({
  type: 'map',
  members: Object.entries(members),
  needed,
});

const TEXTS = mapOf(TEXT);
const NUMBER: Shape = { type: 'number' };
const NUMBERS: Shape = { type: 'list', items: NUMBER };

const OPERATIONS = map({ add: TEXTS, set: TEXTS, remove: listOf(TEXT) });
const HEADERS = map({ request: OPERATIONS, response: OPERATIONS });
const TARGET = map(
  { destination: map({ host: TEXT, subset: TEXT }, 'host'), headers: HEADERS },
  'destination',
);
const STRING_MATCHES = mapOf(map({ exact: TEXT, prefix: TEXT, regex: TEXT }));
const MATCH = map({
  headers: STRING_MATCHES,
  withoutHeaders: STRING_MATCHES,
  queryParams: STRING_MATCHES,
  sourceLabels: TEXTS,
  gateways: listOf(TEXT),
});
const ISTIO_MATCH = map({
  headers: STRING_MATCHES,
  sourceLabels: TEXTS,
  queryParams: STRING_MATCHES,
  cookie: map({ name: TEXT, exact: TEXT }, 'name', 'exact'),
  baggage: map({ key: TEXT, exact: TEXT }, 'key', 'exact'),
});
const HTTP = listOf(
  map({ name: TEXT, match: listOf(MATCH), route: listOf(TARGET), headers: HEADERS }),
);
const STREAM = listOf(map({ match: listOf(MAP), route: listOf(TARGET) }));
const VARIABLES = listOf(map({ name: TEXT, value: TEXT, valueFrom: mapOf(MAP) }, 'name'));
const CONTAINERS = listOf(
  map(
    {
      name: TEXT,
      env: VARIABLES,
      envFrom: listOf(MAP),
      ports: listOf(MAP),
      volumeMounts: listOf(MAP),
      volumeDevices: listOf(MAP),
    },
    'name',
  ),
);
const METADATA = map({ labels: TEXTS, annotations: TEXTS });
const POD = map({ containers: CONTAINERS, initContainers: CONTAINERS, volumes: listOf(MAP) });
const REQUIREMENT = map({ key: TEXT, operator: TEXT, values: listOf(TEXT) }, 'key', 'operator');

const CONDITIONS = listOf(
  map(
    { type: TEXT, status: TEXT, reason: TEXT, message: TEXT, lastTransitionTime: TEXT },
    'type',
    'status',
  ),
);

/**
 * The types of the fields that are read from objects that others write, as Kubernetes' API and Istio's CRDs define
 * them. No other field is checked. Of our own kinds only RouteInjection and Subscriber are listed, which another version of this
 * system may have written.
 * `needed` fields are those that the API server requires, with one exception: Istio's CRDs allow a DestinationRule and
 * a VirtualService without `spec`. A VirtualService without `spec` has no routes. A DestinationRule without `spec` has
 * no effect.
 */
const SHAPES: Record<string, Shape> = {
  Service: map({
    spec: map({
      selector: TEXTS,
      type: TEXT,
      clusterIP: TEXT,
      externalIPs: listOf(TEXT),
      ports: listOf(map({ name: TEXT, port: NUMBER, protocol: TEXT, appProtocol: TEXT }, 'port')),
    }),
  }),
  Deployment: map(
    {
      metadata: METADATA,
      spec: map(
        {
          selector: map({ matchLabels: TEXTS, matchExpressions: listOf(REQUIREMENT) }),
          template: map({ metadata: METADATA, spec: POD }, 'metadata', 'spec'),
        },
        'selector',
        'template',
      ),
      status: map({
        conditions: listOf(
          map({
            type: TEXT,
            status: TEXT,
            reason: TEXT,
            message: TEXT,
            lastTransitionTime: TEXT,
            lastUpdateTime: TEXT,
          }),
        ),
      }),
    },
    'spec',
  ),
  /** Of Deployments, too, where only the versions of their pods matter. */
  StatefulSet: map({
    metadata: METADATA,
    spec: map({
      replicas: NUMBER,
      template: map({ metadata: METADATA, spec: POD }),
    }),
    status: map({
      observedGeneration: NUMBER,
      replicas: NUMBER,
      readyReplicas: NUMBER,
      updatedReplicas: NUMBER,
    }),
  }),
  DestinationRule: map(
    {
      spec: map(
        {
          host: TEXT,
          subsets: listOf(map({ name: TEXT, labels: TEXTS, trafficPolicy: MAP }, 'name')),
          exportTo: listOf(TEXT),
          workloadSelector: map({ matchLabels: TEXTS }),
          trafficPolicy: MAP,
        },
        'host',
      ),
    },
    'spec',
  ),
  VirtualService: map({
    spec: map({
      hosts: listOf(TEXT),
      gateways: listOf(TEXT),
      exportTo: listOf(TEXT),
      http: HTTP,
      tls: STREAM,
      tcp: STREAM,
    }),
  }),
  /** The fields of the current status from which the next one is made. */
  DynamicEnvStatus: map({
    conditions: CONDITIONS,
    subsetsStatus: mapOf(MAP),
    consumersStatus: mapOf(MAP),
    state: TEXT,
    expiresAt: TEXT,
    configuration: MAP,
  }),
  /** Its author may write any routes: they are checked one by one. */
  VirtualServiceMerge: map(
    { spec: map({ target: map({ name: TEXT, namespace: TEXT }), patch: MAP }) },
    'spec',
  ),
  VirtualServiceMergeStatus: map({ conditions: CONDITIONS }),
  EnvironmentStatus: map({ conditions: CONDITIONS }),
  VirtualEnvironmentStatus: map({
    conditions: CONDITIONS,
    services: listOf(map({ name: TEXT }, 'name')),
  }),
  Subscriber: map(
    {
      metadata: METADATA,
      spec: map(
        { workload: TEXT, services: listOf(TEXT), ref: TEXT, incarnation: TEXT, phase: TEXT },
        'workload',
        'services',
        'ref',
        'incarnation',
        'phase',
      ),
    },
    'spec',
  ),
  RouteInjection: map(
    {
      spec: map(
        {
          env: TEXT,
          envCreationTimestamp: TEXT,
          deployment: map({ namespace: TEXT, name: TEXT }, 'namespace', 'name'),
          clone: TEXT,
          host: TEXT,
          from: listOf(TEXT),
          subset: TEXT,
          subsets: TEXTS,
          service: map(
            { host: TEXT, ports: NUMBERS, basePorts: NUMBERS },
            'host',
            'ports',
            'basePorts',
          ),
          exposed: listOf(map({ subset: TEXT, remedy: TEXT }, 'subset', 'remedy')),
          matches: listOf(ISTIO_MATCH),
          laterMatches: listOf(map({ index: NUMBER, match: ISTIO_MATCH }, 'index', 'match')),
          ref: TEXT,
          entry: map({ host: TEXT, link: TEXT, headers: TEXTS }, 'host', 'link', 'headers'),
        },
        'env',
        'envCreationTimestamp',
        'deployment',
        'clone',
        'host',
        'from',
        'matches',
      ),
    },
    'spec',
  ),
};

/**
 * The first field that is missing or whose type differs from its API. `areNullsUnset`: a null counts as absent, as in
 * YAML a person writes (`subsets:` with no value). The API server drops nulls, so objects from there have none.
 */
export function wrongShape(
  kind: string,
  value: object,
  areNullsUnset = true,
): WrongShape | undefined {
  if (!Object.hasOwn(SHAPES, kind)) return undefined;
  const shape = SHAPES[kind] as Shape;
  return hasShape(kind, shape, value) ? undefined : findWrong(shape, value, areNullsUnset);
}

const compiled = new Map<string, (value: unknown) => boolean>();

/** False: something is wrong, or a field is null. This runs for every object of every sync, and nearly always nothing is wrong. */
function hasShape(kind: string, shape: Shape, value: object): boolean {
  const known = compiled.get(kind) ?? compileShape(shape);
  compiled.set(kind, known);
  return known(value);
}

/** As text: `spec.http[0].route: expected a list`. */
export function shapeText({ path, expected }: WrongShape): string {
  const field = path
    .map((member) => (typeof member === 'number' ? `[${member}]` : `.${member}`))
    .join('');
  return `${field.replace(/^\./, '')}: ${expected}`;
}
