import { isMatchList, isName } from '../api/match-shape.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import type { ObjectMap } from '../hooks/types.ts';
import { byText } from '../k8s/canonical.ts';
import type { KubeObject } from '../k8s/object.ts';

const KEY = 'RouteInjection.riskified.com/v1alpha1';

/** RouteInjections sorted by name, without those of another shape, such as another version's of this system. */
export function usableInjections(objects: ObjectMap): RouteInjection[] {
  return Object.entries(objects[KEY] ?? {})
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([, object]) => (isUsable(object) ? [object] : []));
}

/** An env's children likewise: what is left out is not answered again, and so it goes. */
export function withUsableInjections(children: ObjectMap): ObjectMap {
  if (children[KEY] === undefined) return children;
  const usable = usableInjections(children).map((object) => [object.metadata.name, object]);
  return { ...children, [KEY]: Object.fromEntries(usable) };
}

function isUsable(object: KubeObject): object is RouteInjection {
  const { env, host, clone, deployment, from, matches } =
    (object as Partial<RouteInjection>).spec ?? {};
  const texts = [env, host, clone, deployment?.namespace, deployment?.name];
  return texts.every(isName) && Array.isArray(from) && from.every(isName) && isMatchList(matches);
}
