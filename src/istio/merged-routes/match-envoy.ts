import { utf8Length } from '../../k8s/canonical.ts';
import { claimPath, isClaimName } from '../header-name.ts';
import { stringCondition } from '../string-match.ts';
import type { HTTPMatchRequest, StringMatch } from '../types.ts';
import type { Report } from '../validate-match.ts';

/** QueryParameterMatcher in Envoy's `config/route/v3/route_components.proto`. */
const MAX_PARAMETER = 1024;

/** What Envoy refuses in a match entry that istiod accepts. */
export function checkMatchForEnvoy(match: HTTPMatchRequest, field: string, report: Report): void {
  for (const name of Object.keys(match.queryParams ?? {})) {
    report(`${field}.queryParams`, parameterProblem(name), name);
  }
  for (const kind of ['headers', 'withoutHeaders'] as const) {
    for (const [name, condition] of Object.entries(match[kind] ?? {})) {
      report(`${field}.${kind}`, claimProblem(name, condition), name);
    }
  }
}

function parameterProblem(name: string): string | undefined {
  const length = utf8Length(name);
  if (length === 0) return 'a parameter needs a name';
  return length > MAX_PARAMETER ? `the name is longer than ${MAX_PARAMETER} bytes` : undefined;
}

/** istiod makes a matcher of it that lacks a value or a key, and Envoy refuses that. */
function claimProblem(name: string, condition: StringMatch): string | undefined {
  if (!isClaimName(name)) return undefined;
  if (claimPath(name).includes('')) return 'a part of the path of this JWT claim is empty';
  const isEmpty = stringCondition(condition).kind === 'present';
  return isEmpty ? 'a condition on a JWT claim needs exact, prefix or regex' : undefined;
}
