import type { Destination, HTTPRoute, StringMatch } from '../types.ts';

/** An http route whose shape is that of the schema (http-shape.ts). */
export interface HttpRoute extends HTTPRoute {
  redirect?: Redirect;
  directResponse?: { status: number; body?: { string?: string; bytes?: string } };
  rewrite?: Rewrite;
  timeout?: string;
  retries?: Retries;
  fault?: Fault;
  mirror?: Destination;
  mirrors?: { destination: Destination; percentage?: Percent }[];
  mirrorPercent?: number;
  mirror_percent?: number;
  mirrorPercentage?: Percent;
  corsPolicy?: CorsPolicy;
}

export interface Percent {
  value?: number;
}

export interface Redirect {
  uri?: string;
  authority?: string;
  port?: number;
  derivePort?: string;
  scheme?: string;
  redirectCode?: number;
}

export interface Rewrite {
  uri?: string;
  authority?: string;
  uriRegexRewrite?: { match?: string; rewrite?: string };
}

export interface Retries {
  attempts?: number;
  backoff?: string;
  perTryTimeout?: string;
  retryOn?: string;
  retryRemoteLocalities?: boolean;
}

export interface Fault {
  abort?: { httpStatus?: number; grpcStatus?: string; http2Error?: string; percentage?: Percent };
  delay?: {
    fixedDelay?: string;
    exponentialDelay?: string;
    percent?: number;
    percentage?: Percent;
  };
}

export interface CorsPolicy {
  allowHeaders?: string[];
  allowMethods?: string[];
  allowOrigins?: StringMatch[];
  exposeHeaders?: string[];
  maxAge?: string;
}
