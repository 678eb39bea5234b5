/** A consumer that handles the messages of its ref. */
export interface LiveSubscriber {
  /** `namespace/name` of the Deployment. */
  workload: string;
  ref: string;
  /** Names by which messages select the workload, sorted. */
  services: readonly string[];
  /** The end of the names of its consumer groups. */
  incarnation: string;
}

/** `not-live`: the consumer is not ready yet, or is going. */
export type ReadSubscriber = { live: LiveSubscriber } | 'not-live' | { problem: string };

/** As the definition of DynamicEnv has it for `spec.ref`. */
const REF = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;
/** A DNS label: names of namespaces and of Services. A client refuses a whole answer with a name that is none. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A DNS subdomain, the name of a Deployment (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** What the system writes is shorter; a client compares it and does nothing else with it. */
const INCARNATION = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Names of Services that one Deployment has. */
const MOST_SERVICES = 256;
const OTHER_PHASES: readonly unknown[] = ['Joining', 'Leaving'];

export function isWorkload(text: string): boolean {
  const slash = text.indexOf('/');
  return LABEL.test(text.slice(0, Math.max(slash, 0))) && NAME.test(text.slice(slash + 1));
}

/**
 * Reads one object of a list. The problem of an object that cannot be read names the field. Such an object counts as absent: the
 * base then handles its messages, too, which can handle a message twice, but never loses one.
 */
export function readSubscriber(object: unknown): ReadSubscriber {
  const metadata = field(object, 'metadata');
  const spec = field(object, 'spec');
  if (!isObject(metadata)) return { problem: 'metadata is missing' };
  if (!isObject(spec)) return { problem: 'spec is missing' };
  const read = readSpec(spec);
  if ('problem' in read) return read;
  const isDeleted = metadata['deletionTimestamp'] !== undefined;
  return spec['phase'] === 'Live' && !isDeleted ? { live: read } : 'not-live';
}

function readSpec(spec: Record<string, unknown>): LiveSubscriber | { problem: string } {
  const { workload, ref, incarnation, phase } = spec;
  if (typeof workload !== 'string' || !isWorkload(workload))
    return { problem: 'spec.workload is not the namespace/name of a Deployment' };
  if (typeof ref !== 'string' || !REF.test(ref)) return { problem: 'spec.ref is not a ref' };
  const services = namesOf(spec['services']);
  if (services === undefined)
    return { problem: `spec.services is not a list of 1 to ${MOST_SERVICES} names of Services` };
  if (typeof incarnation !== 'string' || !INCARNATION.test(incarnation))
    return { problem: 'spec.incarnation is not the end of a group id' };
  if (phase !== 'Live' && !OTHER_PHASES.includes(phase))
    return { problem: 'spec.phase is none of Joining, Live, Leaving' };
  return { workload, ref, services, incarnation };
}

function namesOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_SERVICES) return undefined;
  const isName = (one: unknown) => typeof one === 'string' && LABEL.test(one);
  return value.every(isName) ? [...new Set<string>(value)].sort() : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}
