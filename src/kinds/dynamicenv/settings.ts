/** What an administrator decides once for the cluster; the flags of `dynamicenv serve` (and of `preview`). */
export interface DecisionConfig {
  /** Seconds between the routes' leaving and the clone's deletion: Istio's own propagation and requests in flight. */
  drainSeconds: number;
  /** Seconds a DestinationRule must exist before requests are routed to its subset. */
  settleSeconds: number;
  /** Pod label that tells versions apart. */
  versionLabel: string;
  /** Value of the version label on the base's pods, unless a workload says otherwise. */
  defaultVersion: string;
  clusterDomain: string;
  /** Namespaces beside the Service's own whose DestinationRules count; `*`: all. */
  ruleNamespaces: readonly string[];
  /** Namespaces whose Services and DestinationRules are read through a MeshIndex. */
  indexedNamespaces: readonly string[];
  /** Labels a clone does not take over, beside the built-in list; a trailing `*` stands for any ending. */
  removeLabels: readonly string[];
  removeAnnotations: readonly string[];
  /** The only header names matches may use, lower case; empty: any. */
  allowedHeaderNames: readonly string[];
  /** Names of headers that everybody's requests carry and that matches may use nevertheless, lower case. */
  allowedCommonHeaders: readonly string[];
  /** The most pods of one clone; 0: any number. */
  maxReplicas: number;
  /** The only user who may write plans and index labels. */
  metacontrollerUser: string;
  /** Decided in memory: the webhook is there, and nobody refuses what Metacontroller writes. Never set by a flag. */
  isSimulation?: true;
}
