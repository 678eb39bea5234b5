import { nameOf } from '../istio/objects.ts';
import type { NamespaceVersions } from '../trace/namespace-versions.ts';
import { type Card, namespaceId } from './cards.ts';
import type { Problem } from './problems.ts';

/** What keeps Services from the routes to their versions, at the Services; what is wrong as a whole, at the namespace. */
export function virtualEnvironmentProblems(
  spaces: readonly NamespaceVersions[],
  cards: readonly Card[],
): Problem[] {
  return spaces.flatMap(({ environment }) => {
    const { namespace = '' } = environment.metadata;
    const { services = [], conditions = [] } = environment.status ?? {};
    const about = `VirtualEnvironment ${nameOf(environment)}`;
    const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
    return [
      ...(stalled === undefined
        ? []
        : [{ id: namespaceId(namespace), text: `${about}: ${stalled.message}` }]),
      ...services.flatMap(({ name, message }) => {
        const card = cards.find((one) => one.namespace === namespace && one.name === name);
        return card === undefined || message === undefined
          ? []
          : [{ id: card.id, text: `${about}: ${message}` }];
      }),
    ];
  });
}
