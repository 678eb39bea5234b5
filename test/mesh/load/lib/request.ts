/** A listener to which requests are sent. */
export interface Door {
  address: string;
  port: number;
}

/** A request to send. */
export interface Intent {
  /** Index of the listener. */
  door: number;
  protocol: 'http1' | 'http2';
  /** True: the request is sent on a new connection. */
  isFresh: boolean;
  path: string;
  headers: Readonly<Record<string, string>>;
}

export interface Answer {
  /** HTTP status. 0 means that there was no answer. */
  status: number;
  /** Version of the pod that answered. */
  version?: string;
  pod?: string;
  /** The first `set-cookie` of the answer. */
  cookie?: string;
  /** Value of the pod's variable `SETTING`. */
  setting?: string;
  /** The error or the text of the answer, if no pod answered. */
  detail?: string;
}

/** One request that was sent, with its answer; times in milliseconds since 1970. */
export interface Sent extends Intent, Answer {
  start: number;
  end: number;
}

/** The header that envs match. */
export const HEADER = 'user';

/** The user of a request; undefined without the header. */
export function userOf({ headers }: Intent): string | undefined {
  return headers[HEADER];
}
