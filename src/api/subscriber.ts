import type { KubeObject } from '../k8s/object.ts';

/** Joining: the base's consumers still handle the ref's messages. Live: the env's do. Leaving: the base's take over. */
export type Phase = 'Joining' | 'Live' | 'Leaving';
export const PHASES: readonly Phase[] = ['Joining', 'Live', 'Leaving'];

/**
 * The consumers of one env that handle their own messages of one workload. Only `phase` ever changes, and never back. While it is `Live`, the
 * workload's own consumers skip messages of `ref`.
 */
export interface SubscriberSpec {
  /** The base Deployment as `<namespace>/<name>`. */
  workload: string;
  /** Names by which messages select the workload: its Services when the incarnation began, else its own name. Sorted. */
  services: string[];
  ref: string;
  /** 10 hex digits: the end of the names of the env's consumer groups. */
  incarnation: string;
  phase: Phase;
}

export interface Subscriber extends KubeObject {
  spec: SubscriberSpec;
}

export function isPhase(text: string): text is Phase {
  return (PHASES as readonly string[]).includes(text);
}
