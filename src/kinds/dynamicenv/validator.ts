import { withRegexBounds } from '../../api/with-regex-bounds.ts';
import { type CrdValidator, compileCrd } from '../../crd/schema.ts';
import type { CustomResourceDefinition } from '../../crd/types.ts';

/** The validator of DynamicEnvs; compiling it takes tens of milliseconds. */
export function envValidator(crd: CustomResourceDefinition): CrdValidator {
  return withRegexBounds(compileCrd(crd));
}
