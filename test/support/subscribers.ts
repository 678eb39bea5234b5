import type { DynamicEnvSpec } from '../../src/api/dynamicenv.ts';
import type { Phase, Subscriber, SubscriberSpec } from '../../src/api/subscriber.ts';
import type { Deployment } from '../../src/k8s/workload.ts';
import { subscriberOf } from '../../src/kinds/dynamicenv/events/subscriber.ts';
import type { Meta } from './objects.ts';
import { deployment, dynamicEnv, rule, service, virtualService, workload } from './objects.ts';

export const INCARNATION = 'aaaaaaaaaa';

/** A Subscriber of env alice for Deployment shop/orders and ref mp-101. `times`: annotations, without `riskified.com/`. */
export function subscriber(
  phase: Phase,
  times: Readonly<Record<string, string>> = {},
  { spec, ...meta }: Meta & { spec?: Partial<SubscriberSpec> } = {},
  env = 'alice',
): Subscriber {
  const plain = subscriberOf(env, {
    workload: 'shop/orders',
    services: ['orders'],
    ref: 'mp-101',
    incarnation: INCARNATION,
    phase,
    ...spec,
  });
  const noted = Object.entries(times).map(([key, value]) => [`riskified.com/${key}`, value]);
  const annotations = { ...plain.metadata.annotations, ...Object.fromEntries(noted) };
  return { ...plain, metadata: { ...plain.metadata, ...meta, annotations } };
}

/** A base that shares its messages. */
export function ordersBase(labels: Readonly<Record<string, string>> = OPTED_IN): Deployment {
  const base = deployment('shop/orders', {}, { labels: { app: 'orders', ...labels } });
  return {
    ...base,
    spec: {
      ...base.spec,
      template: {
        ...base.spec.template,
        spec: {
          containers: [
            { name: 'proxy', image: 'proxy:1' },
            {
              name: 'main',
              image: 'orders:1',
              env: [
                { name: 'DYNAMICENV_WORKLOAD', value: 'shop/orders' },
                { name: 'DYNAMICENV_FEED', value: 'http://feed' },
              ],
            },
          ],
        },
      },
    },
  };
}

export const OPTED_IN = { 'riskified.com/event-routing': 'true' };

/** Everything that an env on `shop/orders` needs. */
export function ordersMesh(base: Deployment = ordersBase()) {
  return [base, service('shop/orders'), rule('shop/orders'), virtualService('shop/orders')];
}

/** The env `alice` with ref mp-101 and a clone of `shop/orders` with events. */
export function ordersEnv(spec: Partial<DynamicEnvSpec> = {}, meta = {}) {
  const { istioMatches: _matches, ...plain } = dynamicEnv().spec;
  const env = dynamicEnv({}, meta);
  const subsets = [workload('shop/orders', { events: {} })];
  return { ...env, spec: { ...plain, ref: 'mp-101', subsets, ...spec } };
}
