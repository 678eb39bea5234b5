import type { V1Deployment } from '@kubernetes/client-node';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { NAMESPACE, networking, REGULAR, serviceObjects } from '../branches/world.ts';
import type { ServiceSettings } from './settings.ts';

export const WEB = 'web';
export const PAYMENT = 'payment-service';
export const ORDER = 'order-service';
export const ALLOCATION = 'order-allocation-service';
const SERVICES = [WEB, PAYMENT, ORDER, ALLOCATION];

/** Image of a service. A version is a ref, or 1. */
export const imageOf = (service: string, version: string) => `${service}:${version}`;

/** The services without any env. `settings`: of those that are processes. */
export function world(
  feedUrl: string,
  settings: Readonly<Record<string, ServiceSettings>>,
): LocalObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...SERVICES.flatMap((name) => {
      const route = [{ destination: { host: name, subset: REGULAR } }];
      const own = serviceObjects(name).map((object) =>
        object.kind === 'Deployment' ? running(object, feedUrl, settings[name]) : object,
      );
      return [
        ...own,
        networking('VirtualService', name, { hosts: [name], http: [{ name: 'all', route }] }),
      ];
    }),
  ];
}

function running(
  object: LocalObject,
  feedUrl: string,
  settings: ServiceSettings | undefined,
): LocalObject {
  if (settings === undefined) return object;
  const { spec, metadata } = object as unknown as V1Deployment;
  const isConsumer = settings.role === 'order';
  const variables = {
    SERVICE: JSON.stringify(settings),
    ...(isConsumer && {
      DYNAMICENV_WORKLOAD: `${NAMESPACE}/${metadata?.name}`,
      DYNAMICENV_FEED: feedUrl,
    }),
  };
  const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const probe = { startupProbe: { httpGet: { path: '/', port: settings.port }, periodSeconds: 1 } };
  const [container] = spec?.template.spec?.containers ?? [];
  const containers = [{ ...container, env, ...(isConsumer ? {} : probe) }];
  const template = { ...spec?.template, spec: { containers } };
  const optIn = isConsumer ? { 'riskified.com/event-routing': 'true' } : {};
  const labels = { ...metadata?.labels, ...optIn };
  return {
    ...object,
    metadata: { ...object.metadata, labels },
    spec: { ...spec, template },
  } as LocalObject;
}

/** A branch has its own payment-service and order-service. */
export function branch(ref: string): object {
  const workload = (name: string) => ({
    name,
    namespace: NAMESPACE,
    containers: [{ image: imageOf(name, ref) }],
  });
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: ref },
    spec: {
      ref,
      subsets: [workload(PAYMENT), { ...workload(ORDER), events: { drainSeconds: 60 } }],
    },
  };
}
