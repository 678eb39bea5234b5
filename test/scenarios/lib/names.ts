import { apiVersionOf, type ServedKind } from '../../../src/simulator/kinds.ts';
import { isMap, type LocalObject } from '../../../src/simulator/object.ts';
import { DISCOVERY } from '../../support/own-kinds.ts';
import type { ObjectName } from './driver.ts';

const NAMESPACE = 'shop';

/** The kind with this name; undefined if the cluster does not serve it. */
function servedKind(name: string): ServedKind | undefined {
  try {
    const kind = DISCOVERY.kindNamed(name);
    return [kind.kind, `${kind.kind}.${kind.group}`].includes(name) ? kind : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Parses `Deployment shop/backend` or `DynamicEnv alice`. The default namespace is `shop`. Where two groups have a kind, the group may
 * follow: `VirtualServiceMerge.istiomerge.monime.sl routes`.
 */
export function parseName(text: string): ObjectName {
  const [kind = '', rest = ''] = text.split(' ');
  const served = servedKind(kind);
  if (served === undefined || rest === '') {
    throw new Error(
      `"${text}" is not the name of an object; write it like "Deployment shop/backend"`,
    );
  }
  const [first = '', second] = rest.split('/');
  if (!served.namespaced) return { kind, namespace: undefined, name: rest };
  if (second === undefined) return { kind, namespace: NAMESPACE, name: first };
  return { kind, namespace: first, name: second };
}

export function nameOf({ kind, metadata }: LocalObject): string {
  const { namespace, name } = metadata;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The objects with this name. `*` in the name matches any text. */
export function named(objects: readonly LocalObject[], text: string): LocalObject[] {
  const { kind: of, namespace, name } = parseName(text);
  const [kind, ...group] = of.split('.');
  const pattern = glob(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  const isOfGroup = ({ apiVersion }: LocalObject) =>
    group.length === 0 || apiVersion.startsWith(`${group.join('.')}/`);
  return objects.filter((object) => isOfGroup(object) && pattern.test(nameOf(object)));
}

export function glob(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}

/** Adds what every manifest of a scenario would repeat: apiVersion, and the namespace `shop`. */
export function completed(manifest: unknown): LocalObject {
  const object = manifest as LocalObject;
  const kind = servedKind(object?.kind);
  const apiVersion = object?.apiVersion ?? (kind && apiVersionOf(kind));
  if (apiVersion === undefined || object.metadata?.name === undefined) {
    throw new Error(`not a manifest: ${JSON.stringify(manifest)}`);
  }
  const scope = kind?.namespaced === false ? {} : { namespace: NAMESPACE };
  return expanded({
    ...object,
    apiVersion,
    metadata: { ...scope, ...object.metadata },
  }) as LocalObject;
}

/** Expands `repeat(1000, x)` to a text of 1000 x. */
export function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded);
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, expanded(member)]),
    );
  }
  const [, count, text = ''] = /^repeat\((\d+), (.+)\)$/.exec(String(value)) ?? [];
  return count === undefined ? value : text.repeat(Number(count));
}
