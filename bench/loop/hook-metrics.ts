import type { Registry } from 'prom-client';

type Metrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Number of calls of each hook, from the service's own metrics. */
export function callsOf(metrics: Metrics): Record<string, number> {
  return sums(metrics, 'dynamicenv_hook_duration_seconds_count');
}

/** Bytes of request bodies and answers of each hook. */
export function bytesOf(metrics: Metrics): Record<string, number> {
  return sums(metrics, 'dynamicenv_hook_body_bytes_sum');
}

function sums(metrics: Metrics, name: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { values } of metrics) {
    for (const { metricName, labels, value } of values as {
      metricName?: string;
      labels: { hook?: string };
      value: number;
    }[]) {
      if (metricName === name && labels.hook !== undefined)
        found[labels.hook] = (found[labels.hook] ?? 0) + value;
    }
  }
  return found;
}
