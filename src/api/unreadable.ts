import type { KubeObject } from '../k8s/object.ts';
import { isEntry } from './entry-shape.ts';
import { shapeText, wrongShape } from './foreign-shapes.ts';
import { isMatchList, isName } from './match-shape.ts';
import type { RouteInjection } from './routeinjection.ts';
import { isPhase, PHASES, type Subscriber } from './subscriber.ts';
import type { WrongShape } from './wrong-field.ts';

/** An object of another writer that has an unexpected shape, so that it cannot be used. */
export interface Unreadable {
  kind: string;
  namespace: string;
  name: string;
  /** The field and what was expected there: `spec.subsets: expected a list`. */
  wrong: string;
  /** A DestinationRule's `spec.host`, when that field itself is valid. */
  host?: string;
}

/** Undefined: the object has the shape of its API, in all fields that decisions read. */
export function unreadableOf(kind: string, object: KubeObject): Unreadable | undefined {
  // Admission gets a VirtualService as its author wrote it, before the API server drops nulls.
  const found =
    wrongShape(kind, object, kind === 'VirtualService') ??
    (kind === 'RouteInjection' ? tooLarge(object) : undefined) ??
    (kind === 'Subscriber' ? ofAnotherPhase(object) : undefined);
  if (found === undefined) return undefined;
  const { metadata } = object;
  const { namespace = '', name } = metadata;
  const host = kind === 'DestinationRule' ? hostOf(object) : undefined;
  return {
    kind,
    namespace,
    name,
    wrong: shapeText(found),
    ...(host === undefined ? {} : { host }),
  };
}

/**
 * The API server would not store such an injection. The check keeps the cost of a forged request small, and what it lets pass can be
 * read back from a plan: a plan that cannot be read would cost all envs of a VirtualService their routes.
 */
function tooLarge(object: KubeObject): WrongShape | undefined {
  const { env, host, clone, deployment, from, matches, ...more } = (object as RouteInjection).spec;
  const to = [more.subset ?? '', more.ref ?? '', ...Object.values(more.subsets ?? {})];
  const { service, envCreationTimestamp } = more;
  const own = [env, envCreationTimestamp, host, clone, deployment.namespace, deployment.name];
  const names = [...own, ...from, ...to, service?.host ?? ''];
  if (!names.every(isName)) return { path: ['spec'], expected: 'expected shorter names' };
  if (more.entry !== undefined && !isEntry(more.entry)) {
    return { path: ['spec', 'entry'], expected: 'expected a host, a link and headers' };
  }
  if (service !== undefined && ![...service.ports, ...service.basePorts].every(Number.isInteger)) {
    return { path: ['spec', 'service'], expected: 'expected whole numbers as ports' };
  }
  const later = more.laterMatches ?? [];
  const isFine = isMatchList([...matches, ...later.map(({ match }) => match)]);
  return isFine
    ? undefined
    : { path: ['spec', 'matches'], expected: 'expected fewer and shorter matches' };
}

/** A later version may have more phases; what may be done in them is not known. */
function ofAnotherPhase(object: KubeObject): WrongShape | undefined {
  return isPhase((object as Subscriber).spec.phase)
    ? undefined
    : { path: ['spec', 'phase'], expected: `expected ${PHASES.join(' or ')}` };
}

function hostOf(object: KubeObject & { spec?: unknown }): string | undefined {
  const { host } = (object.spec ?? {}) as { host?: unknown };
  return typeof host === 'string' ? host : undefined;
}

/** The usable objects in their order, and what is wrong with the others. */
export function readable<T extends KubeObject>(
  kind: string,
  objects: readonly T[],
): { objects: readonly T[]; unreadable: Unreadable[] } {
  const unreadable: Unreadable[] = [];
  const wrong = new Set<T>();
  for (const object of objects) {
    const found = unreadableOf(kind, object);
    if (found === undefined) continue;
    unreadable.push(found);
    wrong.add(object);
  }
  if (unreadable.length === 0) return { objects, unreadable };
  return { objects: objects.filter((object) => !wrong.has(object)), unreadable };
}

/** `DestinationRule shop/backend (spec: expected a map)` */
export function unreadableText({ kind, namespace, name, wrong }: Unreadable): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`} (${wrong})`;
}
