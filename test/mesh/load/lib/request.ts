/** A listener that requests are sent to. */
export interface Door {
  address: string;
  port: number;
}

/** One request that is to be sent. */
export interface Intent {
  /** Index of the listener. */
  door: number;
  protocol: 'http1' | 'http2';
  /** On a connection of its own. */
  isFresh: boolean;
  path: string;
  headers: Readonly<Record<string, string>>;
}

export interface Answer {
  /** HTTP status; 0: there was no answer. */
  status: number;
  /** Version of the pod that answered. */
  version?: string;
  pod?: string;
  /** What was said instead. */
  detail?: string;
}

/** One request that was sent, with its answer; times in milliseconds since 1970. */
export interface Sent extends Intent, Answer {
  start: number;
  end: number;
}

/** The header that matches are about. */
export const HEADER = 'user';

/** Whose request it is; nobody's without the header. */
export function userOf({ headers }: Intent): string | undefined {
  return headers[HEADER];
}
