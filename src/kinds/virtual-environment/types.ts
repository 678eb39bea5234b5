import type { HTTPRoute } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Service } from '../../k8s/workload.ts';

/** The spec of a VirtualEnvironment with its defaults. */
export interface LevelRules {
  /** Name of the header that carries the version, as the author spells it. */
  header: string;
  aliases: readonly { name: string; pattern: string; placeholder: string }[];
  autoInject: boolean;
  /** Key of the pods' label. */
  label: string;
  /** One character between the levels of a version. */
  splitter: string;
  defaultSubset?: string;
}

/** A Deployment or StatefulSet, as far as it matters here. */
export interface Workload extends KubeObject {
  spec?: { replicas?: number; template?: { metadata?: { labels?: Record<string, string> } } };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
  };
}

/** A version of a Service: all its workloads with one value of the label. */
export interface Version {
  value: string;
  workloads: readonly Workload[];
  isReady: boolean;
  /** All of its ready workloads announce that they leave. */
  isLeaving: boolean;
}

/** A Service with its versions, in order of their text. */
export interface ServiceVersions {
  service: Service;
  /** Numbers of its HTTP ports, in the Service's order. */
  ports: readonly number[];
  versions: readonly Version[];
}

/** A subset that a Service's DestinationRule has, or gets. */
export interface VersionSubset {
  value: string;
  /** Name of the subset. */
  subset: string;
  labels: Readonly<Record<string, string>>;
}

/** What the annotations of a Service add to its routes. Problems are told in the status. */
export interface ServiceOptions {
  /** Beside `mesh`, named as a match may have them. */
  gateways: readonly string[];
  /** Beside the Service's name, in lower case. */
  hosts: readonly string[];
  /** The checked content of the annotation `/rule`. */
  rule?: HTTPRoute;
  problems: readonly string[];
}

/** Everything that decides the routes of one Service. */
export interface RoutesInput {
  service: string;
  namespace: string;
  ports: readonly number[];
  rules: LevelRules;
  options: ServiceOptions;
  /** The versions with routes now. */
  routed: readonly VersionSubset[];
  /** The subset of the default route; undefined: all endpoints. */
  defaultSubset?: string;
  /** Values of the label that workloads of the namespace carry: those whose requests get the header. Empty: no injection. */
  callers: readonly string[];
}
