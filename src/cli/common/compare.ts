import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { PLAN_ANNOTATION } from '../../api/marks.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { toYaml } from '../../k8s/yaml.ts';

import { type Plan, parsePlan, samePlan } from '../../virtualservice/routes/plan-codec.ts';
import type { Readable, Snapshot } from './snapshot.ts';

export interface Changes {
  created: Readable[];
  changed: { key: string; before: Readable; after: Readable }[];
  deleted: string[];
}

export function compare(before: Snapshot, after: Snapshot): Changes {
  return {
    created: [...after].filter(([key]) => !before.has(key)).map(([, object]) => object),
    changed: [...after].flatMap(([key, object]) => {
      const old = before.get(key);
      return old === undefined || isSame(old, object) ? [] : [{ key, before: old, after: object }];
    }),
    deleted: [...before.keys()].filter((key) => !after.has(key)),
  };
}

/** Plans that differ only in the time of the last attempt are the same. */
function isSame(a: Readable, b: Readable): boolean {
  const [old, now] = [planOf(a), planOf(b)];
  const isSamePlan = old !== undefined && now !== undefined && samePlan(old, now);
  return jsonEqual(a, b) || (isSamePlan && jsonEqual(withoutPlan(a), withoutPlan(b)));
}

function planOf({ metadata }: Readable): Plan | undefined {
  return parsePlan(metadata.annotations?.[PLAN_ANNOTATION]);
}

export function countOf({ created, changed, deleted }: Changes): number {
  return created.length + changed.length + deleted.length;
}

const CONTEXT_LINES = 3;

/** A unified diff of the two as YAML, without the plan annotation: it repeats in one long line what the routes show. */
export function unifiedDiff(key: string, before: Readable, after: Readable): string {
  const [old = '', now = ''] = [before, after].map((object) => toYaml(withoutPlan(object)));
  return createTwoFilesPatch(key, key, old, now, 'before', 'after', {
    context: CONTEXT_LINES,
    headerOptions: FILE_HEADERS_ONLY,
  }).trimEnd();
}

function withoutPlan(object: Readable): Readable {
  const { [PLAN_ANNOTATION]: _plan, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: _all, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
  };
}
