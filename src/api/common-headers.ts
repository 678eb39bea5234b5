/**
 * Names of headers that are on requests whoever sends them: browsers, HTTP libraries, proxies and tracing add them. A
 * match on one of them may take everybody's requests.
 * `cookie` and `baggage` are not in the list: applications set their values, and they are the usual way to mark
 * requests of a browser or a trace.
 * The chart's admission policy has the same regular expression (`dynamicenv.policies.commonHeaders`).
 */
export const COMMON_HEADERS =
  '^(accept|accept-.*|access-control-.*|authorization|b3|cache-control|cdn-loop|cf-.*|connection|content-.*|date|dnt|expect|forwarded|from|grpc-.*|host|if-.*|keep-alive|origin|pragma|priority|proxy-.*|range|referer|save-data|sec-.*|te|trailer|transfer-encoding|traceparent|tracestate|true-client-ip|uber-trace-id|upgrade|upgrade-.*|user-agent|via|x-amz-cf-id|x-amzn-trace-id|x-azure-ref|x-b3-.*|x-client-ip|x-client-trace-id|x-cloud-trace-context|x-datadog-.*|x-envoy-.*|x-forwarded-.*|x-original-forwarded-for|x-ot-span-context|x-real-ip|x-request-id|x-request-start|x-scheme)$';

/** Common headers are shorter. The limit also protects the cost budget of the admission policy. */
const MAX_LENGTH = 64;

const pattern = new RegExp(COMMON_HEADERS);

/** The name in lower case. */
export function isCommonHeader(name: string): boolean {
  return name.length <= MAX_LENGTH && pattern.test(name);
}
