import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Subscriber } from '../../api/subscriber.ts';
import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Deployment, Service } from '../../k8s/workload.ts';
import { baseWarnings, isOptedIn } from '../../kinds/dynamicenv/events/opt-in.ts';
import { declares, FEED, listenerOf, WORKLOAD } from '../../kinds/dynamicenv/events/variables.ts';
import { asServiceName, servicesSelecting } from '../../kinds/dynamicenv/plan/services.ts';
import type { RefSettings } from '../../refs/pick.ts';
import { consumersOf } from './consumers.ts';
import { refFor, routeOf } from './decide.ts';
import type { MessageHeaders } from './headers.ts';
import { readingsOf } from './readings.ts';
import type { Consumer, MessageTrace } from './types.ts';

/** A message, and the Deployment whose versions consume it. */
export interface Message {
  headers: MessageHeaders;
  base: Deployment;
}

/** Says who handles a message of a topic that all versions of a workload consume. `objects`: a cluster's, or those of its namespace. */
export function traceMessage(
  { headers, base }: Message,
  objects: readonly KubeObject[],
  refs: RefSettings,
  notes: readonly string[],
): MessageTrace {
  const of = <T extends KubeObject>(kind: string) =>
    objects.filter((object) => object.kind === kind) as T[];
  const { namespace = '', name } = base.metadata;
  const workload = `${namespace}/${name}`;
  const isHere = ({ metadata }: KubeObject) => metadata.namespace === namespace;
  const services = servicesOf(base, of<Service>('Service').filter(isHere));
  const route = routeOf(headers, refs);
  const ref = refFor(route, services);
  const plain = plainText(base);
  const consumers = consumersOf(
    {
      base,
      deployments: of<Deployment>('Deployment').filter(isHere),
      subscribers: of<Subscriber>('Subscriber')
        .filter(({ spec }) => spec.workload === workload)
        .sort((a, b) => byText(a.spec.ref, b.spec.ref) || byText(a.metadata.name, b.metadata.name)),
      envs: of<DynamicEnv>('DynamicEnv'),
      ...(plain === undefined ? {} : { plain }),
    },
    route,
  );
  const handlers = consumers.filter(({ action }) => action === 'handle');
  return {
    workload,
    headers: headers.map(([key, value]) => [key, Buffer.from(value ?? []).toString()] as const),
    services,
    readings: readingsOf(headers, services, refs),
    ...(ref === undefined ? {} : { ref }),
    consumers,
    handledBy: handlers.map(({ deployment }) => deployment),
    summary: summaryOf(handlers),
    isClear: handlers.length === 1 && consumers.every(({ action }) => action !== 'compete'),
    notes: [...notes, ...notesOn(base), ...notesOf(consumers, handlers)],
  };
}

/** The names that an incarnation gets which begins now: of the Services that select the pods, else the Deployment's, as a Subscriber has it. */
function servicesOf({ metadata, spec }: Deployment, services: readonly Service[]): string[] {
  const found = servicesSelecting(services, spec.template.metadata?.labels ?? {});
  return found.length === 0
    ? [asServiceName(metadata.name)]
    : found.map((service) => service.metadata.name).sort(byText);
}

function plainText({ spec }: Deployment): string | undefined {
  const listener = listenerOf(spec.template.spec?.containers ?? []);
  if (listener === undefined) return undefined;
  const missing = [WORKLOAD, FEED].filter((name) => !declares(listener, name));
  if (missing.length === 0) return undefined;
  return `container ${listener.name} declares no ${missing.join(' and no ')}, so it is a plain consumer, which handles everything`;
}

function notesOn(base: Deployment): string[] {
  if (isOptedIn(base)) return baseWarnings(base);
  const { namespace, name } = base.metadata;
  return [
    `Deployment ${namespace}/${name} has no label riskified.com/event-routing: "true", so events of an env are refused for it`,
  ];
}

function notesOf(consumers: readonly Consumer[], handlers: readonly Consumer[]): string[] {
  const joining = handlers.filter(({ subscriber }) => subscriber?.phase === 'Joining');
  const leaving = handlers.filter(({ subscriber }) => subscriber?.phase === 'Leaving');
  const silent = handlers.filter(({ subscriber, pods }) => {
    return subscriber?.phase === 'Live' && pods !== undefined && pods.ready === 0;
  });
  const other = consumers.find(({ subscriber }) => subscriber?.isBeingDeleted === true);
  return [
    ...joining.map(
      ({ env }) =>
        `env ${env} is Joining: the base handles the message, and the env's pods do, too, once they run; such a duplicate is possible only while envs come and go`,
    ),
    ...leaving.map(
      ({ env }) =>
        `env ${env} is Leaving: the base handles the message, and the env's pods do, too, as long as they are there`,
    ),
    ...silent.map(
      ({ deployment }) =>
        `no pod of ${deployment} is ready: the message waits in the env's group until one is`,
    ),
    ...(other ? [`Subscriber ${other.subscriber?.name} is being deleted, so it is not live`] : []),
  ];
}

function summaryOf(handlers: readonly Consumer[]): string {
  const texts = handlers.map(({ deployment, env }) =>
    env === undefined ? `Deployment ${deployment}` : `Deployment ${deployment}, env ${env}`,
  );
  return texts.length === 0 ? 'nobody handles it' : texts.join(', and ');
}
