import { matchesSelector } from '../../k8s/selector.ts';
import type { Change } from '../api-server/store.ts';
import { servedKind } from '../discovery.ts';
import { apiVersionOf, type ServedKind } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import {
  addGroup,
  callHook,
  type Groups,
  type Metacontroller,
  sortedGroups,
} from './controller.ts';
import { decodeCustomize, type Rule } from './hook-response.ts';
import type { Parents } from './parents.ts';

const KEPT = 20 * 60 * 1000;

/** Related objects (https://metacontroller.github.io/metacontroller/api/customize.html, pkg/controller/common/customize). */
export interface Customize {
  related(parent: LocalObject): Promise<Groups>;
  /** Calls `enqueue` for every parent that asks for this object, as it was or as it is. */
  notify(change: Change): Promise<void>;
}

interface Parts {
  url: string;
  controller: LocalObject;
  parents: Parents;
  enqueue: (parent: LocalObject) => void;
}

const NOT_NAMESPACED = 'namespaceSelector is only supported for namespaced related resources';

function checkSelector(selector: Rule['labelSelector']): void {
  for (const { key, operator } of selector?.matchExpressions ?? []) {
    if (['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator)) continue;
    throw new Error(`"${operator}" is not a valid label selector operator (key ${key})`);
  }
}

function checkRule(rule: Rule): void {
  const hasNames = (rule.names ?? []).length > 0;
  if (hasNames && (rule.labelSelector || rule.namespaceSelector)) {
    throw new Error(
      'related rule cannot have both names and labelSelector/namespaceSelector specified',
    );
  }
  if (rule.namespace && rule.namespaceSelector) {
    throw new Error('related rule cannot have both namespace and namespaceSelector specified');
  }
  checkSelector(rule.labelSelector);
  checkSelector(rule.namespaceSelector);
}

export function createCustomize(
  metacontroller: Metacontroller,
  { url, controller, parents, enqueue }: Parts,
): Customize {
  const { clock, informers } = metacontroller;
  const { kinds } = metacontroller.api;
  const cache = new Map<string, { until: number; rules: Rule[] }>();
  /** Kinds that a rule has asked for: only these are watched. */
  const watched = new Set<ServedKind>();

  /** Answers are cached by uid and generation for 20 minutes, whatever else about the parent changes. */
  const rulesFor = async (parent: LocalObject): Promise<Rule[]> => {
    const key = `${parent.metadata.uid} ${parent.metadata.generation}`;
    const known = cache.get(key);
    if (known && known.until > clock.milliseconds()) return known.rules;
    const rules = await callHook(metacontroller, url, { controller, parent }, decodeCustomize);
    cache.set(key, { until: clock.milliseconds() + KEPT, rules });
    return rules;
  };

  const inNamespace = ({ metadata }: LocalObject, rule: Rule, kind: ServedKind): boolean => {
    if (!kind.namespaced) return !rule.namespaceSelector;
    if (rule.namespaceSelector) {
      const namespace = informers.get(kinds.kindNamed('Namespace'), metadata.namespace ?? '');
      return (
        namespace !== undefined &&
        matchesSelector(rule.namespaceSelector, namespace.metadata.labels)
      );
    }
    return !rule.namespace || rule.namespace === metadata.namespace;
  };

  /** A rule with neither names nor selectors selects every object of its kind. */
  const matches = (object: LocalObject, rule: Rule, kind: ServedKind): boolean =>
    inNamespace(object, rule, kind) &&
    ((rule.names ?? []).length === 0 || (rule.names ?? []).includes(object.metadata.name)) &&
    matchesSelector(rule.labelSelector ?? {}, object.metadata.labels);

  const asksFor = (
    rules: readonly Rule[],
    objects: readonly LocalObject[],
    kind: ServedKind,
  ): boolean =>
    rules.some(
      (rule) =>
        rule.apiVersion === apiVersionOf(kind) &&
        rule.resource === kind.resource &&
        objects.some((object) => matches(object, rule, kind)),
    );

  return {
    related: async (parent) => {
      const groups: Groups = {};
      for (const rule of await rulesFor(parent)) {
        checkRule(rule);
        const kind = servedKind(kinds, rule);
        if (rule.namespaceSelector && !kind.namespaced) throw new Error(NOT_NAMESPACED);
        watched.add(kind);
        addGroup(
          groups,
          kind,
          informers.list(kind).filter((object) => matches(object, rule, kind)),
        );
      }
      return sortedGroups(groups);
    },
    notify: async ({ kind, before, after }) => {
      if (!watched.has(kind)) return;
      const objects = [before, after].filter((object) => object !== undefined);
      for (const parent of parents.list()) {
        // Where the customize hook fails, the event is lost: only the next resync brings a sync.
        const rules = await rulesFor(parent).catch(() => []);
        if (asksFor(rules, objects, kind)) enqueue(parent);
      }
    },
  };
}
