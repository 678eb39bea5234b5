import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { pointerKeys } from '../k8s/json-pointer.ts';

const TEXT = { type: 'string' };
const MAP = { type: 'object' };
const TEXTS = { ...MAP, additionalProperties: TEXT };
const listOf = (items: object) => ({ type: 'array', items });
/** A member that is not set may be null, as in YAML's `http:`; an item may not. */
const map = (members: Record<string, object>) => ({
  ...MAP,
  properties: Object.fromEntries(
    Object.entries(members).map(([name, schema]) => [name, { ...schema, nullable: true }]),
  ),
});
const DESTINATION = map({ destination: map({ host: TEXT, subset: TEXT }) });
const ROUTES = listOf(map({ match: listOf(MAP), route: listOf(DESTINATION) }));
const CONTAINERS = listOf(map({ name: TEXT, env: listOf(MAP) }));

/**
 * The types of what is read of kinds that are not ours, as Kubernetes' API and Istio's CRDs have them: nothing else is
 * checked.
 */
const SHAPES: Record<string, object> = {
  Service: map({ spec: map({ selector: TEXTS, type: TEXT, clusterIP: TEXT }) }),
  Deployment: map({
    spec: map({
      selector: map({ matchLabels: TEXTS, matchExpressions: listOf(MAP) }),
      template: map({
        metadata: map({ labels: TEXTS, annotations: TEXTS }),
        spec: map({ containers: CONTAINERS, initContainers: CONTAINERS }),
      }),
    }),
  }),
  DestinationRule: map({
    spec: map({
      host: TEXT,
      subsets: listOf(map({ name: TEXT, labels: TEXTS })),
      exportTo: listOf(TEXT),
    }),
  }),
  VirtualService: map({
    spec: map({
      hosts: listOf(TEXT),
      gateways: listOf(TEXT),
      exportTo: listOf(TEXT),
      http: ROUTES,
      tls: ROUTES,
      tcp: ROUTES,
    }),
  }),
};

const EXPECTED: Record<string, string> = {
  array: 'expected a list',
  object: 'expected a map',
  string: 'expected a text',
};

const checks = new Map<string, ValidateFunction>();

/** The first field of a foreign object that has another type than its API says. */
export function wrongShape(
  kind: string,
  value: object,
): { path: (string | number)[]; expected: string } | undefined {
  const schema = SHAPES[kind];
  if (schema === undefined) return undefined;
  const check = checks.get(kind) ?? new Ajv({ strict: true, strictTypes: false }).compile(schema);
  checks.set(kind, check);
  if (check(value)) return undefined;
  const [{ instancePath, params }] = check.errors as [ErrorObject];
  return {
    path: membersOf(instancePath),
    expected: EXPECTED[params['type']] ?? 'expected another type',
  };
}

/** The members on the way; what counts an item is a number. */
function membersOf(pointer: string): (string | number)[] {
  return pointerKeys(pointer).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
