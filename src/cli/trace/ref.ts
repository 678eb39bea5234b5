import { UsageError } from '../../errors.ts';
import { type RouteHeaders, refProblem, serviceNameProblem } from '../../refs/names.ts';
import { pick, type RefSettings } from '../../refs/pick.ts';
import {
  formatServiceRoute,
  parseServiceRoute,
  type ServiceRef,
} from '../../refs/service-route.ts';
import type { Call } from '../../trace/trace.ts';
import type { Trace } from '../../trace/types.ts';

/** The header that selects what `--ref` says. */
export interface RefHeader {
  name: string;
  value: string;
}

/** `mp-101` for everything, or `payment-service:mp-101::cart-service:mp-102`. */
export function refHeader(text: string, names: RouteHeaders): RefHeader {
  if (!text.includes(':')) {
    refuse(refProblem('--ref', text));
    return { name: names.source, value: text };
  }
  const pairs = parseServiceRoute(text);
  if (pairs === undefined) {
    throw new UsageError(
      `--ref: expected a ref such as mp-101, or pairs such as payment-service:mp-101::cart-service:mp-102, got "${text}"`,
    );
  }
  for (const { service, ref } of pairs) {
    refuse(serviceNameProblem('--ref', service) ?? refProblem('--ref', ref));
  }
  refuseTwice(pairs);
  return { name: names.service, value: formatServiceRoute(pairs) };
}

/** The header among those that `-H` gives, which must not say something else. */
export function withRefHeader(
  headers: readonly string[],
  ref: RefHeader | undefined,
  names: RouteHeaders,
): string[] {
  if (ref === undefined) return [...headers];
  const own = headers.find((text) => isRouteHeader(text.slice(0, text.indexOf(':')), names));
  if (own !== undefined) throw new UsageError(`give --ref or -H '${own}', not both`);
  return [...headers, `${ref.name}: ${ref.value}`];
}

/** How else to send it, and what it selects, for people. */
export function howToSend(
  ref: RefHeader,
  calls: readonly Call[],
  { hops }: Trace,
  settings: RefSettings,
  isGateway: boolean,
): string {
  const { headers, carriers } = settings;
  const hosts = hops.map(({ request }) => request.host);
  const [call] = calls;
  const lines = [
    'How to send it',
    ...selected(ref, hosts, settings).map((text, index) => row(index === 0 ? 'selects' : '', text)),
    row('curl', call === undefined ? '' : curl(call)),
    ...(carriers.includes('baggage')
      ? [row('baggage', `-H 'baggage: ${ref.name}=${ref.value}'`)]
      : []),
    ...(isGateway && carriers.includes('cookie') && ref.name === headers.source
      ? [row('cookie', `-H 'cookie: ${ref.name}=${ref.value}'`)]
      : []),
  ];
  return `\n${lines.join('\n')}\n`;
}

/** Of the Services that are called; what a gateway's host stands for is not known by its name. */
function selected({ name, value }: RefHeader, hosts: readonly string[], settings: RefSettings) {
  const services = hosts.flatMap((host) => /^([^.]+)\.[^.]+\.svc\./.exec(host)?.[1] ?? []);
  return [...new Set(services)].map((service) => {
    const ref = pick(service, [[name, value]], settings, 'joined');
    return `${service}: ${ref ?? 'nothing, so its regular version'}`;
  });
}

function curl({ method, url, authority, headers }: Call): string {
  const host = new URL(url).host === authority ? [] : [`host: ${authority}`];
  const fields = [...host, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  const options = fields.map((field) => `-H ${quoted(field)}`);
  const verb = method === 'GET' ? [] : ['-X', method];
  return ['curl', ...verb, ...options, quoted(url)].join(' ');
}

/** The text in quotation marks, as a shell needs it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(13)}  ${text}`;
}

function isRouteHeader(name: string, { service, source }: RouteHeaders): boolean {
  const key = name.trim().toLowerCase();
  return key === service || key === source;
}

function refuseTwice(pairs: readonly ServiceRef[]): void {
  const names = pairs.map(({ service }) => service);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  refuse(twice === undefined ? undefined : `--ref: service ${twice} has two pairs; leave one out`);
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new UsageError(problem);
}
