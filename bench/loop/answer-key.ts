import { DRAINING_ANNOTATION, envLabel, PLAN_ANNOTATION } from '../../src/api/marks.ts';
import type {
  CompositeRequest,
  CustomizeRequest,
  DecoratorRequest,
  ObjectMap,
} from '../../src/hooks/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';

type Loose = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

/**
 * The key of a call that Metacontroller makes to a hook. Calls with the same key get the same answer. `uid`: the uid of
 * the parent or of the decorated object.
 */
export function answerKey(url: string, body: unknown): { key: string; uid: string } {
  const { uid = '' } = parentOf(body as CustomizeRequest | DecoratorRequest).metadata;
  return { key: JSON.stringify([url, ...parts(url, body)]), uid };
}

function parentOf(body: CustomizeRequest | DecoratorRequest): KubeObject {
  return 'parent' in body ? body.parent : body.object;
}

function parts(url: string, body: unknown): unknown[] {
  if (url === '/route-injection/sync') return decoratorParts(body as DecoratorRequest);
  if (!url.endsWith('/customize')) return compositeParts(body as CompositeRequest);
  const { name, generation } = (body as CustomizeRequest).parent.metadata;
  return [name, generation];
}

/** The answer for an env depends on the states of its children and its routes. */
function compositeParts({ parent, children, related, finalizing }: CompositeRequest): unknown[] {
  const env = parent.metadata.name;
  const label = envLabel(env);
  const virtualServices = Object.values(related['VirtualService.networking.istio.io/v1'] ?? {});
  return [
    env,
    finalizing,
    (parent as Loose).status?.['state'],
    objectsOf(children).map(childKey),
    virtualServices.map((object) => [
      object.metadata.name,
      object.metadata.labels?.[label],
      routesOf(object, `dynamic-environment-${env}-`),
    ]),
  ];
}

/** The answer for a VirtualService depends on its marks and routes, and on its RouteInjections. */
function decoratorParts({ object, related }: DecoratorRequest): unknown[] {
  return [
    object.metadata.name,
    object.metadata.labels,
    object.metadata.annotations?.[PLAN_ANNOTATION] !== undefined,
    routesOf(object, ''),
    objectsOf(related).map(({ metadata, spec }) => [
      metadata.name,
      spec?.['active'],
      spec?.['leaving'],
    ]),
  ];
}

function objectsOf(map: ObjectMap): Loose[] {
  return Object.values(map).flatMap((objects) => Object.values(objects)) as Loose[];
}

function childKey({ kind, metadata, spec, status }: Loose): unknown[] {
  return [
    kind,
    metadata.name,
    metadata.annotations?.[DRAINING_ANNOTATION] !== undefined,
    spec?.['active'],
    status?.['availableReplicas'],
    status?.['observedGeneration'] === metadata.generation,
  ];
}

function routesOf(object: KubeObject, prefix: string): number {
  const { spec } = object as Loose;
  const http = (spec?.['http'] ?? []) as { name?: string }[];
  return http.filter(({ name = '' }) => name.startsWith(prefix)).length;
}
