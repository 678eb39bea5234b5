/**
 * Names of headers that requests carry whoever sends them: browsers, HTTP libraries, proxies and tracing put them there.
 * What matches one may take everybody's requests. Not among them are `cookie` and `baggage`: their values are lists of what the
 * applications themselves have set, and the usual way to mark a browser's or a traced request. As a regular expression that the
 * chart's policy has as well (`dynamicenv.policies.commonHeaders`).
 */
export const COMMON_HEADERS =
  '^(accept|accept-.*|access-control-.*|authorization|b3|cache-control|cdn-loop|cf-.*|connection|content-.*|date|dnt|expect|forwarded|from|grpc-.*|host|if-.*|keep-alive|origin|pragma|priority|proxy-.*|range|referer|save-data|sec-.*|te|trailer|transfer-encoding|traceparent|tracestate|true-client-ip|uber-trace-id|upgrade|upgrade-.*|user-agent|via|x-amz-cf-id|x-amzn-trace-id|x-azure-ref|x-b3-.*|x-client-ip|x-client-trace-id|x-cloud-trace-context|x-datadog-.*|x-envoy-.*|x-forwarded-.*|x-original-forwarded-for|x-ot-span-context|x-real-ip|x-request-id|x-request-start|x-scheme)$';

/** Longer ones are nobody's habit; and the policy must not spend its budget on them. */
const MAX_LENGTH = 64;

const pattern = new RegExp(COMMON_HEADERS);

/** The name in lower case. */
export function isCommonHeader(name: string): boolean {
  return name.length <= MAX_LENGTH && pattern.test(name);
}
