import {
  AggregatorRegistry,
  Counter,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

export interface Metrics {
  registry: Registry;
  hookSeconds: Histogram<'hook' | 'result'>;
  bodyBytes: Histogram<'hook' | 'direction'>;
  refusals: Counter<'reason'>;
  routesRendered: Counter;
  repairs: Counter;
  restoredMarks: Counter;
}

/** Metrics of one registry as `getMetricsAsJSON` returns them, which can be sent to another thread. */
export type MetricsPart = MetricObjectWithValues<MetricValue<string>>[];

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const BYTES = [1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6];

/** The service's own metrics. The state of objects in the cluster is exported by kube-state-metrics. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    hookSeconds: new Histogram({
      name: 'dynamicenv_hook_duration_seconds',
      help: 'Time to answer a hook call, by hook and result (ok, refused, error)',
      labelNames: ['hook', 'result'],
      buckets: SECONDS,
      registers,
    }),
    bodyBytes: new Histogram({
      name: 'dynamicenv_hook_body_bytes',
      help: 'Sizes of hook requests and responses',
      labelNames: ['hook', 'direction'],
      buckets: BYTES,
      registers,
    }),
    refusals: new Counter({
      name: 'dynamicenv_refusals_total',
      help: 'What was asked for and refused, by reason',
      labelNames: ['reason'],
      registers,
    }),
    routesRendered: new Counter({
      name: 'dynamicenv_routes_rendered_total',
      help: 'Routes put into VirtualServices at admission',
      registers,
    }),
    repairs: new Counter({
      name: 'dynamicenv_repairs_forced_total',
      help: 'Writes of VirtualServices that were forced because their routes were not as planned',
      registers,
    }),
    restoredMarks: new Counter({
      name: 'dynamicenv_marks_restored_total',
      help: "Writes of other users than Metacontroller's whose changes of marks were undone",
      registers,
    }),
  };
}

/** The text of /metrics: the registry's metrics plus those of the parts, added up by name. */
export async function joinedMetrics(
  registry: Registry,
  parts: readonly MetricsPart[],
): Promise<string> {
  if (parts.length === 0) return registry.metrics();
  return AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...parts]).metrics();
}
