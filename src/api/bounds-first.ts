import type { Refusal } from '../crd/refusal.ts';
import type { CrdValidator } from '../crd/schema.ts';
import { isMap } from '../k8s/json-map.ts';
import type { KubeObject } from '../k8s/object.ts';
import { regexRefusals, withoutRegexes } from './regex-refusals.ts';

/**
 * The validator of DynamicEnvs, with the regexes judged by their text first: the CRD's rules compile them, and what has no bound
 * costs seconds. An env whose regexes are beyond the bounds is judged without them in everything else.
 */
export function boundsFirst(validator: CrdValidator): CrdValidator {
  return {
    ...validator,
    validate: (object) => {
      const { refusals, bounded } = bound(object);
      const verdict = validator.validate(bounded);
      return { ...verdict, errors: [...refusals, ...verdict.errors] };
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
