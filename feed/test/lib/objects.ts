/** A Subscriber as the API server stores it. */
export function subscriber(
  name: string,
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'Subscriber',
    metadata: { name, resourceVersion: '1', ...metadata },
    spec: {
      workload: 'shop/order-service',
      services: ['order-service'],
      ref: 'mp-101',
      incarnation: '0123456789',
      phase: 'Live',
      ...spec,
    },
  };
}

/** A page of a list as the API server answers it. */
export function pageOf(items: readonly unknown[], resourceVersion = '7', next = '') {
  return JSON.stringify({
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'SubscriberList',
    metadata: { resourceVersion, ...(next !== '' && { continue: next }) },
    items,
  });
}
