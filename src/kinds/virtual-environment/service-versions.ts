import { byText } from '../../k8s/canonical.ts';
import type { Service } from '../../k8s/workload.ts';
import { httpPorts } from './ports.ts';
import { isLeaving, isReady } from './ready.ts';
import type { LevelRules, ServiceVersions, Version, Workload } from './types.ts';
import { versionOf } from './version-of.ts';

/** A Service that has versions and gets no objects. */
export interface SkippedService {
  name: string;
  /** Why, and what to do. */
  reason: string;
}

interface Labelled {
  workload: Workload;
  labels: Readonly<Record<string, string>>;
  value: string;
}

/**
 * The Services that can have routes, with their versions (possibly none), and those that have versions but cannot have
 * routes. Both sorted by name, whatever the order of the lists.
 * A version of a Service is a value of the label in the pod templates that the Service's selector selects. Other Services
 * are left out: those without a selector, those of type ExternalName, and the API server's own.
 */
export function serviceVersions(
  services: readonly Service[],
  workloads: readonly Workload[],
  rules: Pick<LevelRules, 'label'>,
): { services: ServiceVersions[]; skipped: SkippedService[] } {
  const index = indexed(workloads, rules.label);
  const found: ServiceVersions[] = [];
  const skipped: SkippedService[] = [];
  for (const service of services.filter(hasPods).sort(byName)) {
    const versions = versionsOf(selected(service.spec?.selector ?? {}, index));
    const ports = httpPorts(service);
    const reason = unroutable(service, ports);
    if (reason === undefined) found.push({ service, ports, versions });
    else if (versions.length > 0) skipped.push({ name: service.metadata.name, reason });
  }
  return { services: found, skipped };
}

function hasPods({ metadata, spec }: Service): boolean {
  const isApiServer = metadata.name === 'kubernetes' && metadata.namespace === 'default';
  const isSelecting = Object.keys(spec?.selector ?? {}).length > 0;
  return isSelecting && spec?.type !== 'ExternalName' && !isApiServer;
}

/** A sidecar sends a request for a headless Service to the address that the caller chose, whatever the subset. */
function unroutable({ spec }: Service, ports: readonly number[]): string | undefined {
  if (spec?.clusterIP === 'None') {
    return 'the Service is headless, so callers choose the pod themselves: give it a cluster IP';
  }
  return ports.length > 0
    ? undefined
    : 'no port of the Service is known to be HTTP: name one http, http2, grpc or grpc-web (a suffix such as http-api is allowed), or set its appProtocol';
}

/** The labelled workloads by each pair of their template's labels. */
function indexed(workloads: readonly Workload[], label: string): Map<string, Labelled[]> {
  const index = new Map<string, Labelled[]>();
  for (const workload of [...workloads].sort(byName)) {
    const labels = workload.spec?.template?.metadata?.labels ?? {};
    const value = versionOf(workload, label);
    if (value === undefined) continue;
    for (const pair of pairsOf(labels)) {
      const known = index.get(pair);
      if (known === undefined) index.set(pair, [{ workload, labels, value }]);
      else known.push({ workload, labels, value });
    }
  }
  return index;
}

/** Only the workloads with the rarest pair of the selector are compared with all of it. */
function selected(
  selector: Readonly<Record<string, string>>,
  index: ReadonlyMap<string, readonly Labelled[]>,
): readonly Labelled[] {
  const lists = pairsOf(selector).map((pair) => index.get(pair) ?? []);
  const fewest = lists.reduce((a, b) => (b.length < a.length ? b : a));
  const pairs = Object.entries(selector);
  return fewest.filter(({ labels }) =>
    pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
  );
}

/** Neither keys nor values of labels contain `=`. */
function pairsOf(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

function versionsOf(labelled: readonly Labelled[]): Version[] {
  const byValue = Map.groupBy(labelled, ({ value }) => value);
  return [...byValue]
    .sort(([a], [b]) => byText(a, b))
    .map(([value, group]) => {
      const workloads = group.map(({ workload }) => workload);
      const ready = workloads.filter(isReady);
      return {
        value,
        workloads,
        isReady: ready.length > 0,
        isLeaving: ready.length > 0 && ready.every(isLeaving),
      };
    });
}

/** Workloads of different kinds may have the same name. */
function byName(a: Service | Workload, b: Service | Workload): number {
  return byText(a.metadata.name, b.metadata.name) || byText(a.kind ?? '', b.kind ?? '');
}
