import { longestFirst } from './levels.ts';
import type { RoutesInput } from './types.ts';

/**
 * Most routes of one VirtualService. A route has about 400 bytes, and the API server stores at most 256 KiB of
 * annotations, where Metacontroller keeps a copy of what it applied.
 */
const MAX_ROUTES = 500;
/** Most characters that the rule of a Service may add to all of its routes together. */
const MAX_RULE_CHARACTERS = 65_536;

/**
 * The input without what there is no room for: first callers are left out, then aliases, then the rule, and at last the
 * longest versions, whose requests then reach their ancestors. Each of these is told, and needs several hundred routes.
 */
export function roomFor(input: RoutesInput, problems: string[]): RoutesInput {
  const all = input.routed.length * (1 + input.rules.aliases.length) + input.callers.length + 1;
  if (all * input.ports.length <= MAX_ROUTES && input.options.rule === undefined) return input;
  const perPort = Math.max(0, Math.floor(MAX_ROUTES / Math.max(1, input.ports.length)) - 1);
  const routed = [...input.routed].sort((a, b) => longestFirst(b.value, a.value)).slice(0, perPort);
  tell(problems, 'versions', input.routed.length, routed.length);
  const kept = routed.length === 0 ? 0 : Math.floor(perPort / routed.length) - 1;
  const aliases = input.rules.aliases.slice(0, routed.length === 0 ? undefined : kept);
  tell(problems, 'aliases', input.rules.aliases.length, aliases.length);
  const callers = new Set(input.callers);
  const left = perPort - routed.length * (1 + aliases.length);
  const injected = [...callers].sort(longestFirst).slice(0, Math.max(0, left));
  tell(problems, 'label values of callers that get the header', callers.size, injected.length);
  const routes = input.ports.length * (routed.length * (1 + aliases.length) + injected.length + 1);
  const { rule, ...options } = input.options;
  const characters = rule === undefined ? 0 : JSON.stringify(rule).length * routes;
  const isLarge = characters > MAX_RULE_CHARACTERS;
  if (isLarge) {
    problems.push(
      `the annotation with the rule is ignored: in ${routes} routes it has ${characters} characters, and there is room for ${MAX_RULE_CHARACTERS}: shorten it, or reduce the ports or versions of the Service`,
    );
  }
  return {
    ...input,
    routed,
    callers: injected,
    rules: { ...input.rules, aliases },
    options: isLarge ? options : input.options,
  };
}

function tell(problems: string[], what: string, all: number, kept: number): void {
  if (all <= kept) return;
  problems.push(
    `only ${kept} of ${all} ${what} have routes, because a VirtualService has room for about ${MAX_ROUTES}: reduce the ports of the Service, its versions or the aliases`,
  );
}
