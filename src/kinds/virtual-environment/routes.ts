import { MESH } from '../../istio/gateway-name.ts';
import { patchRegexWeight } from '../../istio/merged-routes/regexes.ts';
import { regexWeight } from '../../istio/regex-bounds.ts';
import type { Headers, HTTPMatchRequest, HTTPRoute, StringMatch } from '../../istio/types.ts';
import { MERGES_REGEX_SIZE } from '../../virtualservice/merges/regex-budget.ts';
import { aliasConditions, valueConditions } from './alias.ts';
import { andRule, withHeaderSet } from './and-rule.ts';
import { longestFirst, longestOf } from './levels.ts';
import { roomFor } from './room.ts';
import type { RoutesInput, VersionSubset } from './types.ts';

/** Requests that have the same destination on every port. */
interface Selection {
  subset: string | undefined;
  /** One for each match entry, port and gateways excepted. */
  conditions: HTTPMatchRequest[];
  /** The value that a request gets as its header. */
  injected?: string;
}

/**
 * The routes of one Service. For each port, in this order:
 * 1. the header: for each routable version, the longest first, the value itself and its descendants;
 * 2. the aliases, in the same way;
 * 3. callers with the label and without the header, which they get here;
 * 4. all other requests.
 * No route has a name: lists of objects with names would be merged by name when they are applied, out of their order.
 * The order of `routed` and `callers` does not count. `problems`: what was left out, and what to do.
 */
export function wantedRoutes(input: RoutesInput): { http: HTTPRoute[]; problems: string[] } {
  const problems: string[] = [];
  const room = roomFor(input, problems);
  const selections = [
    ...byHeader(room),
    ...byAliases(room, problems),
    ...byCaller(room),
    { subset: input.defaultSubset, conditions: [{}] },
  ];
  const http = room.ports.flatMap((port, i) =>
    selections.map((selection) => routeOf(selection, port, i === 0, room)),
  );
  return { http, problems };
}

function ordered(routed: readonly VersionSubset[]): VersionSubset[] {
  return [...routed].sort((a, b) => longestFirst(a.value, b.value));
}

function onHeader(name: string, conditions: readonly StringMatch[]): HTTPMatchRequest[] {
  return conditions.map((condition) => ({ headers: { [name]: condition } }));
}

function byHeader({ routed, rules }: RoutesInput): Selection[] {
  return ordered(routed).map(({ value, subset }) => ({
    subset,
    conditions: onHeader(rules.header, valueConditions(value, rules.splitter)),
  }));
}

/** An alias that cannot be used is left out as a whole: with some of its versions only, requests would reach others. */
function byAliases({ routed, rules, options }: RoutesInput, problems: string[]): Selection[] {
  const versions = ordered(routed);
  const values = versions.map(({ value }) => value);
  let left = MERGES_REGEX_SIZE - patchRegexWeight(options.rule);
  return rules.aliases.flatMap((alias) => {
    const about = `alias ${alias.name} is ignored`;
    const found = aliasConditions(alias, values, rules.splitter);
    if ('problem' in found) {
      problems.push(`${about}: its pattern ${found.problem}`);
      return [];
    }
    const weight = found.conditions
      .flat()
      .reduce((sum, { regex }) => sum + (regex === undefined ? 0 : regexWeight(regex)), 0);
    if (weight > left) {
      problems.push(
        `${about}: with ${values.length} versions its regexes, and those before, are too costly for every proxy (more than about ${MERGES_REGEX_SIZE} steps): shorten the pattern, or let the pattern be empty`,
      );
      return [];
    }
    left -= weight;
    return versions.map(({ subset }, i) => ({
      subset,
      conditions: onHeader(alias.name, found.conditions[i] ?? []),
    }));
  });
}

/**
 * Pods of this namespace that have the label send the header, unless the request has one. Such entries have no
 * gateways: Istio would ignore the source then.
 */
function byCaller({ callers, routed, rules, namespace, ...input }: RoutesInput): Selection[] {
  const { sourceLabels = {}, sourceNamespace = namespace } = input.options.rule?.match?.[0] ?? {};
  if (sourceNamespace !== namespace) return [];
  const subsets = new Map(routed.map(({ value, subset }) => [value, subset]));
  return [...new Set(callers)]
    .sort(longestFirst)
    .filter(
      (value) => !Object.hasOwn(sourceLabels, rules.label) || sourceLabels[rules.label] === value,
    )
    .map((value) => {
      const version = longestOf(value, subsets, rules);
      return {
        subset: version === undefined ? input.defaultSubset : subsets.get(version),
        conditions: [
          {
            withoutHeaders: { [rules.header]: {} },
            sourceLabels: { ...sourceLabels, [rules.label]: value },
            sourceNamespace: namespace,
          },
        ],
        injected: value,
      };
    });
}

function routeOf(
  { subset, conditions, injected }: Selection,
  port: number,
  isFirst: boolean,
  { service, rules, options }: RoutesInput,
): HTTPRoute {
  const { rule, gateways } = options;
  const places = placesFor(port, isFirst, injected === undefined ? gateways : []);
  const target = rule?.route?.[0]?.headers;
  const headers: Headers | undefined =
    injected === undefined ? rule?.headers : withHeaderSet(rule?.headers, rules.header, injected);
  return {
    ...rule,
    ...(headers === undefined ? {} : { headers }),
    match: places.flatMap((place) =>
      conditions.map((condition) => {
        const entry = { ...condition, ...place };
        return rule === undefined ? entry : andRule(entry, rule);
      }),
    ),
    route: [
      {
        destination: {
          host: service,
          ...(subset === undefined ? {} : { subset }),
          port: { number: port },
        },
        ...(target === undefined ? {} : { headers: target }),
      },
    ],
  };
}

/**
 * A gateway's port is not that of the Service. So gateways have entries without a port, and these lead to the first one
 * of the Service.
 */
function placesFor(
  port: number,
  isFirst: boolean,
  gateways: readonly string[],
): HTTPMatchRequest[] {
  if (gateways.length === 0) return [{ port }];
  const mesh = { port, gateways: [MESH] };
  return isFirst ? [mesh, { gateways: [...gateways] }] : [mesh];
}
