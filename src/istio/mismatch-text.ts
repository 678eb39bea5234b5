import type { Mismatch } from './match-request.ts';

const SUBJECTS: Record<string, string> = {
  uri: 'path',
  method: 'method',
  scheme: 'scheme',
  authority: 'authority',
  port: 'port',
  gateways: 'gateway',
  sourceNamespace: "caller's namespace",
  headers: 'header',
  withoutHeaders: 'header',
  queryParams: 'query parameter',
  cookies: 'cookie',
  baggage: 'baggage',
  sourceLabels: "caller's label",
};

/** A condition that failed, in words: `header user: wanted exact "test-user", got none`. */
export function mismatchText({ field, wanted, got }: Mismatch): string {
  const [kind = '', ...rest] = field.split('.');
  const subject = [SUBJECTS[kind] ?? kind, rest.join('.')].filter(Boolean).join(' ');
  return `${subject}: wanted ${wanted}, got ${got === undefined ? 'none' : valueText(kind, got)}`;
}

/** Ports, gateways and namespaces are shown as the condition shows them, texts of the request in quotes. */
function valueText(kind: string, got: string): string {
  return ['port', 'gateways', 'sourceNamespace'].includes(kind) ? got : `"${got}"`;
}
