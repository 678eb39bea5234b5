import { mergeRefOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { accessFlags, shellQuoted } from '../common/shell.ts';
import type { FoundRoute } from './operator-routes.ts';

export const OPERATOR_FINALIZER = 'istiomerger.monime.sl-finalizer';

type Operation = { op: 'test'; path: string; value: unknown } | { op: 'remove'; path: string };

/** The command that takes these routes out; undefined: there are none. It fails if one of them is no longer in its place. */
export function routesCommand(
  virtualService: KubeObject,
  routes: readonly FoundRoute[],
  access: ClusterOptions,
): string | undefined {
  // From the end of the lists, so that the places of the others stay the same.
  const operations = [...routes]
    .sort((a, b) => b.index - a.index)
    .flatMap(({ list, index, route }) => removal(`/spec/${list}/${index}`, route));
  return patchCommand('virtualservices.networking.istio.io', virtualService, operations, access);
}

/** The command that takes the operator's finalizer from a merge; undefined: it has none. */
export function finalizerCommand(
  merge: VirtualServiceMerge,
  access: ClusterOptions,
): string | undefined {
  const index = (merge.metadata.finalizers ?? []).indexOf(OPERATOR_FINALIZER);
  const operations = index < 0 ? [] : removal(`/metadata/finalizers/${index}`, OPERATOR_FINALIZER);
  return patchCommand(`virtualservicemerges.${mergeRefOf(merge).group}`, merge, operations, access);
}

/** `test` fails when another value is there. Source: https://www.rfc-editor.org/rfc/rfc6902#section-4.6 */
function removal(path: string, value: unknown): Operation[] {
  return [
    { op: 'test', path, value },
    { op: 'remove', path },
  ];
}

function patchCommand(
  resource: string,
  { metadata: { name, namespace = '' } }: KubeObject,
  operations: readonly Operation[],
  access: ClusterOptions,
): string | undefined {
  if (operations.length === 0) return undefined;
  const words = [
    'kubectl',
    'patch',
    `${resource}/${name}`,
    `--namespace=${namespace}`,
    ...accessFlags(access),
    '--type=json',
    `--patch=${JSON.stringify(operations)}`,
  ];
  return words.map(shellQuoted).join(' ');
}
