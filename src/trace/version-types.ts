/** Which version of a Service answers, where a VirtualEnvironment tells versions apart. Without the routes of envs. */
export interface VersionTaken {
  /** `namespace/name` */
  virtualEnvironment: string;
  service: string;
  /** The version that is asked for; absent: none. */
  asked?: string;
  /** The header that says so. With `isInjected`: the header that the request gets. */
  header?: string;
  /** The request has no header. The version is that of the pods that send it. */
  isInjected?: true;
  /** The version that answers; absent: all of them. */
  answers?: string;
  /**
   * `asked`: that which is asked for; `above`: the nearest one above it; `default`: the default version; `any`: there is none, so all
   * pods; `only`: all pods of the Service are of this version; `others`: routes of somebody else decide.
   */
  reason: 'asked' | 'above' | 'default' | 'any' | 'only' | 'others';
  /** In words. */
  why: string;
  /** The versions that would come first, the nearest first, and why they do not answer. */
  passed: PassedVersion[];
}

export interface PassedVersion {
  version: string;
  reason: 'no-pods' | 'not-ready' | 'leaving' | 'not-routed';
  why: string;
}
