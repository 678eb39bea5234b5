import { EVENT_ROUTING_LABEL, isTrue } from '../../../api/marks.ts';
import type { Container, Deployment } from '../../../k8s/workload.ts';
import { declares, FEED, listenerOf, variable, WORKLOAD } from './variables.ts';

/** Do the base's consumers share their topics with those of envs? Its owner says so by a label. */
export function isOptedIn({ metadata }: Deployment): boolean {
  return isTrue(metadata.labels?.[EVENT_ROUTING_LABEL]);
}

/** Why `events` of a workload is refused; undefined: it is not. Two plain consumers in one group take messages from each other. */
export function notOptedIn(base: Deployment): string | undefined {
  if (isOptedIn(base)) return undefined;
  const { namespace, name } = base.metadata;
  return `Deployment ${namespace}/${name} does not share its messages, so a clone with events would take them from it; let it consume with the library, then give it the label ${EVENT_ROUTING_LABEL}: "true" (docs/messages.md), or take events out`;
}

/** A clone that consumes in its base's own group, though the base shares its messages. */
export function competing(base: Deployment): string | undefined {
  if (!isOptedIn(base)) return undefined;
  const { namespace, name } = base.metadata;
  return `Competing: Deployment ${namespace}/${name} shares its messages, and this clone is without events, so it takes messages of everybody from it; give this workload of the env events: {} (and the env a ref), or make sure that its image consumes nothing`;
}

/**
 * What is wrong with the variables of a base that shares its messages: without them its pods handle the messages of all envs, too. What comes by
 * `envFrom` is not seen.
 */
export function baseWarnings(base: Deployment): string[] {
  const { namespace, name } = base.metadata;
  const containers = base.spec.template.spec?.containers ?? [];
  const listener = listenerOf(containers);
  if (listener === undefined) return [];
  const what = `container ${listener.name} of Deployment ${namespace}/${name}`;
  const missing = [WORKLOAD, FEED].filter((one) => !declares(listener, one));
  const stated = variable(listener.env, WORKLOAD)?.value;
  const own = `${namespace}/${name}`;
  return [
    ...(missing.length === 0
      ? []
      : [
          `${what} declares no ${missing.join(' and no ')}: unless envFrom sets what is missing (which is not looked at), the base handles the messages of all envs, too`,
        ]),
    ...(stated === undefined || stated === own
      ? []
      : [
          `${what} has ${WORKLOAD} "${stated.slice(0, 127)}", so it asks for the envs of another workload: set it to ${own}`,
        ]),
    ...othersDeclaring(containers, listener, own),
  ];
}

function othersDeclaring(
  containers: readonly Container[],
  listener: Container,
  own: string,
): string[] {
  const others = containers.filter((one) => one !== listener && declares(one, WORKLOAD));
  if (others.length === 0) return [];
  const names = others.map(({ name }) => name).join(', ');
  return [
    `several containers of Deployment ${own} declare ${WORKLOAD}: only ${listener.name} handles the env's messages in a clone, and ${names} compete with the base there`,
  ];
}
