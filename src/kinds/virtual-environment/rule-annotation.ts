import { RULE_ANNOTATION } from '../../api/virtualenvironment.ts';
import { MESH } from '../../istio/gateway-name.ts';
import { headerKey } from '../../istio/header-name.ts';
import { HTTP_ROUTES } from '../../istio/merged-routes/http-shape.ts';
import { patchProblems } from '../../istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../istio/merged-routes/target-problems.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../../istio/types.ts';
import { addedHeaders, MAX_ADDED_HEADERS } from '../../istio/validate-route.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { isMap, type JsonMap } from '../../k8s/json-map.ts';
import { shapeProblem } from '../../k8s/json-shape.ts';
import { withFieldNames } from './rule-field-names.ts';
import type { LevelRules } from './types.ts';

/** It stands in every route of the Service. */
const MAX_LENGTH = 16_384;
/** A route of Istio has about eight. */
const MAX_DEPTH = 20;
const MAX_QUOTED = 100;

/** Fields of a route that a generated route must not have, and why. */
const NOT_USED: Readonly<Record<string, string>> = {
  name: 'routes with names would be merged by name when they are applied, out of their order',
  delegate: 'routes lead to the versions of the Service',
  redirect: 'routes lead to the versions of the Service',
  directResponse: 'routes lead to the versions of the Service',
};

interface Context {
  service: string;
  rules: Pick<LevelRules, 'header' | 'aliases'>;
  /** Has the Service gateways beside the mesh? */
  isAtGateways: boolean;
}

/**
 * What the annotation `rule` adds to each route of a Service: an HTTPRoute as JSON. Its first match entry restricts all
 * generated ones, the headers of its first destination belong to all destinations, and its other fields are copied.
 * `rule` is undefined where there is none, or where it is refused because of a mistake. `problems`: what is refused or
 * ignored, with field and remedy.
 */
export function ruleOf(
  text: string | undefined,
  context: Context,
): { rule?: HTTPRoute; problems: string[] } {
  if (text === undefined || text.trim() === '') return { problems: [] };
  const { value, problem } = parsed(text);
  if (problem !== undefined || !isMap(value)) {
    return refused([problem ?? 'must be a JSON object with the fields of an HTTPRoute']);
  }
  const { route, ignored } = usedPart(value, context);
  const findings = mistakes(route, context);
  if (findings.length > 0) return refused(findings);
  return { rule: route, problems: ignored.map((one) => `annotation ${RULE_ANNOTATION}: ${one}`) };
}

function refused(reasons: readonly string[]): { problems: string[] } {
  return {
    problems: reasons.map(
      (reason) => `annotation ${RULE_ANNOTATION}: ${reason}; the whole rule is ignored until then`,
    ),
  };
}

function parsed(text: string): { value?: unknown; problem?: string } {
  if (text.length > MAX_LENGTH) {
    return { problem: `is longer than ${MAX_LENGTH} characters: shorten it` };
  }
  const shape = shapeProblem(text, MAX_DEPTH);
  if (shape !== undefined) return { problem: `${shape}: it is no HTTPRoute` };
  try {
    return { value: (withFieldNames([JSON.parse(text)], HTTP_ROUTES) as unknown[])[0] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `is no JSON: ${cutText(reason, MAX_QUOTED)}` };
  }
}

/** The rule without the fields that are not used. What remains may have any shape. */
function usedPart(value: JsonMap, context: Context): { route: HTTPRoute; ignored: string[] } {
  const isUsed = (field: string) => !Object.hasOwn(NOT_USED, field);
  const ignored = Object.keys(value)
    .filter((field) => !isUsed(field))
    .map((field) => `${field} is ignored: ${NOT_USED[field]}`);
  const route = Object.fromEntries(Object.entries(value).filter(([field]) => isUsed(field)));
  if (Array.isArray(route['match'])) {
    route['match'] = first(route['match'], 'match', ignored).map((entry) =>
      usedConditions(entry, context, ignored),
    );
  }
  if (Array.isArray(route['route'])) {
    route['route'] = first(route['route'], 'route', ignored).map((target) =>
      usedTarget(target, context, ignored),
    );
  }
  return { route, ignored };
}

function first(items: readonly unknown[], field: string, ignored: string[]): unknown[] {
  if (items.length > 1) ignored.push(`only the first item of ${field} is used: remove the others`);
  return items.slice(0, 1);
}

/** Conditions that the generated entries have themselves. */
function usedConditions(entry: unknown, { rules }: Context, ignored: string[]): unknown {
  if (!isMap(entry)) return entry;
  const own = new Set([rules.header, ...rules.aliases.map(({ name }) => name)].map(headerKey));
  const rest = Object.entries(entry).filter(([field]) => {
    const isOurs = field === 'port' || field === 'gateways';
    if (isOurs) ignored.push(`match[0].${field} is ignored: each generated match has its own`);
    return !isOurs;
  });
  return Object.fromEntries(
    rest.map(([field, conditions]) => {
      if ((field !== 'headers' && field !== 'withoutHeaders') || !isMap(conditions)) {
        return [field, conditions];
      }
      const kept = Object.entries(conditions).filter(([name]) => {
        if (own.has(headerKey(name))) {
          ignored.push(
            `match[0].${field}.${cutText(name, MAX_QUOTED)} is ignored: this header selects the version`,
          );
        }
        return !own.has(headerKey(name));
      });
      return [field, Object.fromEntries(kept)];
    }),
  );
}

/** The destination is generated. Only its headers can be given. */
function usedTarget(target: unknown, { service }: Context, ignored: string[]): unknown {
  if (!isMap(target)) return target;
  for (const field of ['destination', 'weight']) {
    if (Object.hasOwn(target, field)) {
      ignored.push(`route[0].${field} is ignored: routes lead to the versions of the Service`);
    }
  }
  const { destination: _, weight: __, ...rest } = target;
  return { ...rest, destination: { host: service } };
}

/** At most nine. */
function mistakes(route: HTTPRoute, { service, isAtGateways }: Context): string[] {
  const checked = { ...route, route: destinationsOf(route, service) };
  const patch = { http: [checked] };
  const found = patchProblems(patch);
  const target = { hosts: [service], gateways: [MESH] };
  const all = found.length > 0 ? found : targetProblems(patch, target);
  const messages = all.map(
    ({ field, message }) => `${field.replace(/^http\[0\]\.?/, '')} ${message}`,
  );
  if (messages.length > 0) return messages;
  const { sourceLabels, sourceNamespace } = route.match?.[0] ?? {};
  if (isAtGateways && (sourceLabels ?? sourceNamespace) !== undefined) {
    messages.push(
      'match[0] has conditions on the source, which Istio ignores in matches for gateways: remove sourceLabels and sourceNamespace, or the gateways of the Service',
    );
  }
  const added =
    addedHeaders(route.headers?.request) + addedHeaders(route.route?.[0]?.headers?.request);
  if (added >= MAX_ADDED_HEADERS) {
    messages.push(
      `headers.request sets or adds ${added} headers with those of route[0], and one more may be needed for the version: proxies accept at most ${MAX_ADDED_HEADERS}`,
    );
  }
  return messages;
}

/** The route that is checked needs a destination; any other shape is left to the checks. */
function destinationsOf({ route }: HTTPRoute, service: string): HTTPRouteDestination[] {
  const isAbsent = route === undefined || (Array.isArray(route) && route.length === 0);
  return isAbsent ? [{ destination: { host: service } }] : route;
}
