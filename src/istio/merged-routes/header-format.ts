import { headerValueProblem } from '../header-value.ts';

/**
 * Commands without arguments that Envoy 1.40 knows in the values of headers. The newest ones are left out, because
 * older proxies do not know them.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 */
export const PLAIN_COMMANDS: ReadonlySet<string> = new Set(
  `BYTES_RECEIVED BYTES_SENT CONNECTION_ID CONNECTION_TERMINATION_DETAILS DOWNSTREAM_DIRECT_REMOTE_ADDRESS
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_ADDRESS DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT
  DOWNSTREAM_LOCAL_PORT DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_LOCAL_URI_SAN DOWNSTREAM_PEER_CERT DOWNSTREAM_PEER_CERT_V_END
  DOWNSTREAM_PEER_CERT_V_START DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER
  DOWNSTREAM_PEER_SERIAL DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_PEER_URI_SAN DOWNSTREAM_REMOTE_ADDRESS
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_REMOTE_PORT DOWNSTREAM_TLS_CIPHER DOWNSTREAM_TLS_SESSION_ID
  DOWNSTREAM_TLS_VERSION DURATION HOSTNAME PROTOCOL REQUEST_DURATION REQUEST_HEADERS_BYTES REQUESTED_SERVER_NAME
  RESPONSE_CODE RESPONSE_CODE_DETAILS RESPONSE_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG ROUTE_NAME START_TIME
  STREAM_ID UPSTREAM_CLUSTER UPSTREAM_HOST UPSTREAM_LOCAL_ADDRESS
  UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_REMOTE_ADDRESS UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT UPSTREAM_REMOTE_PORT
  UPSTREAM_TRANSPORT_FAILURE_REASON VIRTUAL_CLUSTER_NAME`.split(/\s+/),
);

/** Commands that read a header; `X?Y` means Y where X is missing. */
const HEADER_COMMAND = /^(?:REQ|RESP|TRAILER)\(:?[-\w]+(?:\?:?[-\w]+)?\)$/;

/**
 * Why Envoy would refuse a value of a header operation that istiod accepts. istiod checks the percent signs, Envoy the
 * commands between them. Of the commands with arguments only those that read a header are accepted here: the others
 * have grammars of their own, and Envoy refuses its whole route table for one mistake.
 */
export function formatProblem(value: string): string | undefined {
  // istiod's own rule comes first; it is reported by validateRoute.
  if (!value.includes('%') || headerValueProblem(value) !== undefined) return undefined;
  for (const [, command = ''] of value.matchAll(/%([^%]*)%/g)) {
    if (command === '' || PLAIN_COMMANDS.has(command) || HEADER_COMMAND.test(command)) continue;
    return `"%${command}%" is no command that is allowed here: write %% for a literal %, or use a command such as %HOSTNAME% or %REQ(name)%`;
  }
  return undefined;
}
