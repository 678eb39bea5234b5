/**
 * istiod's rules for single fields. Each function returns why istiod would refuse a value, or undefined.
 * Source: istio `pkg/config/labels/instance.go` and `pkg/config/validation/agent/validation.go`. istiod counts UTF-8
 * bytes. Here characters are counted: a text with other characters than ASCII fails another rule anyway.
 */

const LABEL = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const QUALIFIED = '(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const FIRST_HOST_LABEL = new RegExp(`^(?:\\*|(?:\\*|\\*-)?${LABEL})$`);
const LABEL_KEY = new RegExp(`^(?:(${LABEL}(?:\\.${LABEL})*)/)?(${QUALIFIED})$`);
const LABEL_VALUE = new RegExp(`^(?:${QUALIFIED})?$`);

const MAX_LABEL = 63;
const MAX_LABEL_PREFIX = 253;
const MAX_HOST = 255;

export function isDnsLabel(value: string): boolean {
  return value.length <= MAX_LABEL && DNS_LABEL.test(value);
}

export function labelKeyProblem(key: string): string | undefined {
  const [, prefix = '', name] = LABEL_KEY.exec(key) ?? [];
  if (name === undefined) return `"${key}" is not a valid label key`;
  if (prefix.length > MAX_LABEL_PREFIX) return `the prefix of label key "${key}" is too long`;
  if (name.length > MAX_LABEL) return `the name in label key "${key}" is too long`;
  return undefined;
}

/** Unlike Kubernetes, istiod does not limit the length. */
export function labelValueProblem(value: string): string | undefined {
  return LABEL_VALUE.test(value) ? undefined : `"${value}" is not a valid label value`;
}

/** A port must be at least 1. The caller has to handle 0 (not set) before. */
export function portProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return undefined;
  return `port ${port} is not within 1..65535`;
}

/** The host of a destination. Its first label may be a star or start with one; the whole host must not be `*`. */
export function destinationHostProblem(host: string): string | undefined {
  const problem = lengthProblem(host);
  if (problem) return problem;
  const [first = '', ...rest] = host.split('.');
  const valid = host !== '*' && first.length <= MAX_LABEL && FIRST_HOST_LABEL.test(first);
  if (!valid) return `"${host}" is not a valid host`;
  return rest.length === 0 ? undefined : labelsProblem(host, rest);
}

/** A gateway's name: `name`, `mesh`, `name.namespace…` (old form) or `namespace/name`. */
export function gatewayNameProblem(gateway: string): string | undefined {
  const slash = gateway.indexOf('/');
  if (slash < 0) return lengthProblem(gateway) ?? labelsProblem(gateway, gateway.split('.'));
  const valid = isDnsLabel(gateway.slice(0, slash)) && isDnsLabel(gateway.slice(slash + 1));
  return valid ? undefined : `"${gateway}" is not a valid gateway name`;
}

function lengthProblem(name: string): string | undefined {
  if (name === '') return 'a name must not be empty';
  return name.length > MAX_HOST ? `"${name}" is longer than ${MAX_HOST} characters` : undefined;
}

/** The labels of a full name. The last one may be empty (`istio.io.`) but not a number. */
function labelsProblem(name: string, labels: readonly string[]): string | undefined {
  const last = labels.at(-1) ?? '';
  const named = last === '' ? labels.slice(0, -1) : labels;
  return named.every(isDnsLabel) && !/^\d+$/.test(last)
    ? undefined
    : `"${name}" is not a valid name`;
}
