import type { Refusal } from '../crd/refusal.ts';
import type { CrdValidator } from '../crd/schema.ts';
import { isMap } from '../k8s/json-map.ts';
import type { KubeObject } from '../k8s/object.ts';
import { regexRefusals, withoutRegexes } from './regex-refusals.ts';

/**
 * A validator of DynamicEnvs that checks the size of regexes before anything compiles them. The CRD's rules compile
 * every regex, and a regex without a bound on its size takes seconds to compile. When a regex is too large, the rest of
 * the env is validated without its regexes.
 */
export function withRegexBounds(validator: CrdValidator): CrdValidator {
  return {
    ...validator,
    validate: (object) => {
      const { refusals, bounded } = bound(object);
      const result = validator.validate(bounded);
      return { ...result, errors: [...refusals, ...result.errors] };
    },
    specErrors: (object) => {
      const { refusals, bounded } = bound(object);
      const errors = validator.specErrors(bounded as KubeObject);
      return refusals.length === 0 ? errors : [...refusals, ...errors];
    },
  };
}

function bound(object: unknown): { refusals: Refusal[]; bounded: unknown } {
  const spec = isMap(object) ? object['spec'] : undefined;
  const matches = isMap(spec) ? spec['istioMatches'] : undefined;
  const refusals = regexRefusals(matches, 'spec.istioMatches');
  if (refusals.length === 0) return { refusals, bounded: object };
  const bounded = {
    ...(object as object),
    spec: { ...(spec as object), istioMatches: withoutRegexes(matches) },
  };
  return { refusals, bounded };
}
