import { memoizedByText } from '../k8s/memoize.ts';

/**
 * Values of `headers.request|response.add|set`. Envoy reads `%…%` in them as a format command. With a lone `%` it
 * refuses the whole route table, so istiod checks for that first.
 * Source of the rules: istio `pkg/config/validation/header_value_validator.go` and
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to look for
const CONTROL_CHARACTER = /[\u0000-\u0008\u000a-\u001f\u007f]/;

type State =
  | 'text'
  | 'command'
  | 'arguments'
  | 'item'
  | 'string'
  | 'escaped'
  | 'separator'
  | 'close'
  | 'end';

/**
 * For each state, the next state after a character. `other`: any character that is not listed. A missing entry: the
 * character is not allowed there.
 */
const NEXT: Record<State, Readonly<Record<string, State | undefined>>> = {
  text: { '%': 'command', other: 'text' },
  command: { '%': 'text', '(': 'arguments', other: 'command' },
  arguments: { '[': 'item', ' ': 'arguments', other: 'string' },
  item: { '"': 'string', ' ': 'item' },
  string: { '\\': 'escaped', ')': 'end', '"': 'separator', other: 'string' },
  escaped: { other: 'string' },
  separator: { ',': 'item', ']': 'close', ' ': 'separator' },
  close: { ')': 'end', ' ': 'close' },
  end: { '%': 'text', ' ': 'end' },
};

/**
 * Why istiod would refuse the value; undefined when it accepts it.
 * Valid: `foo`, `%HOSTNAME%`, `100%%`. Invalid: `abc%123`, `%START_TIME%%`.
 */
export function headerValueProblem(value: string): string | undefined {
  if (CONTROL_CHARACTER.test(value)) return 'header value must not contain control characters';
  // Most values are plain text.
  return value.includes('%') ? commandProblem(value) : undefined;
}

/** Cached: all copies of a route have the same values. */
const commandProblem = memoizedByText({ size: 512, bytes: 2 ** 20 }, readCommands);

function readCommands(value: string): string | undefined {
  let state: State = 'text';
  for (const char of value) {
    const next: State | undefined = NEXT[state][char] ?? NEXT[state]['other'];
    if (next === undefined) return `"${char}" is not allowed in this %…% expression: "${value}"`;
    state = next;
  }
  return state === 'text'
    ? undefined
    : `a % has no closing % (write %% for a literal %): "${value}"`;
}
