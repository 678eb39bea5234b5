import type { HTTPRoute } from '../../istio/types.ts';
import { longestFirst } from './levels.ts';
import type { RoutesInput } from './types.ts';

/** Most routes of one VirtualService. */
const MAX_ROUTES = 500;
/** Most characters of them. The API server stores at most 256 KiB of annotations, where Metacontroller keeps a copy of what it applied. */
const MAX_CHARACTERS = 180_000;
/** Most characters that the rule of a Service may add to all of its routes together. */
const MAX_RULE_CHARACTERS = 65_536;

/**
 * The input without what there is no room for: first callers are left out, then aliases, then the rule, and at last the
 * longest versions, whose requests then reach their ancestors. Each of these is told, and needs several hundred routes.
 */
export function roomFor(input: RoutesInput, problems: string[]): RoutesInput {
  const all = input.routed.length * (1 + input.rules.aliases.length) + input.callers.length + 1;
  const most = mostRoutes(input);
  if (all * input.ports.length <= most && input.options.rule === undefined) return input;
  const ports = input.ports.slice(0, most);
  tell(problems, 'ports', input.ports.length, ports.length);
  const perPort = Math.max(0, Math.floor(most / Math.max(1, ports.length)) - 1);
  const routed = [...input.routed].sort((a, b) => longestFirst(b.value, a.value)).slice(0, perPort);
  tell(problems, 'versions', input.routed.length, routed.length);
  const kept = routed.length === 0 ? 0 : Math.floor(perPort / routed.length) - 1;
  const aliases = input.rules.aliases.slice(0, routed.length === 0 ? undefined : kept);
  tell(problems, 'aliases', input.rules.aliases.length, aliases.length);
  const callers = new Set(input.callers);
  const left = perPort - routed.length * (1 + aliases.length);
  const injected = [...callers].sort(longestFirst).slice(0, Math.max(0, left));
  tell(problems, 'label values of callers that get the header', callers.size, injected.length);
  const routes = ports.length * (routed.length * (1 + aliases.length) + injected.length + 1);
  const { rule, ...options } = input.options;
  const characters = rule === undefined ? 0 : ruleLength(rule, input.options) * routes;
  const isLarge = characters > MAX_RULE_CHARACTERS;
  if (isLarge) {
    problems.push(
      `the annotation with the rule is ignored: in ${routes} routes it has ${characters} characters, and there is room for ${MAX_RULE_CHARACTERS}: shorten it, or reduce the ports or versions of the Service`,
    );
  }
  return {
    ...input,
    ports,
    routed,
    callers: injected,
    rules: { ...input.rules, aliases },
    options: isLarge ? options : input.options,
  };
}

/** In one route: its match stands in each entry. */
function ruleLength(rule: HTTPRoute, { gateways }: RoutesInput['options']): number {
  const { match = [], ...rest } = rule;
  const entries = gateways.length === 0 ? 2 : 4;
  return JSON.stringify(rest).length + entries * JSON.stringify(match).length;
}

/** How many of its largest routes have room? */
function mostRoutes({ service, rules, options, routed }: RoutesInput): number {
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(({ length }) => length));
  const value = longest(routed.map(({ value }) => value));
  const names = [rules.header, rules.label, ...rules.aliases.map(({ name }) => name)];
  const gateways = options.gateways.reduce((sum, { length }) => sum + length + 3, 0);
  const entry = 60 + longest(names) + value + (gateways === 0 ? 0 : 40);
  const entries = gateways === 0 ? 2 * entry : 4 * entry + 2 * gateways;
  const size = 110 + service.length + value + entries;
  return Math.min(MAX_ROUTES, Math.floor(MAX_CHARACTERS / size));
}

function tell(problems: string[], what: string, all: number, kept: number): void {
  if (all <= kept) return;
  problems.push(
    `only ${kept} of ${all} ${what} have routes, because a VirtualService has room for no more (${MAX_ROUTES} routes, or ${MAX_CHARACTERS} characters): reduce the ports of the Service, its versions or the aliases`,
  );
}
