import { isHeaderToken } from '../header-name.ts';
import type { Report } from '../validate-match.ts';
import { isWholeSeconds } from './duration.ts';
import type { CorsPolicy } from './http-types.ts';

/** The methods that istiod knows (supportedCORSMethods). */
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  '*',
];

/** validateCORSPolicy. */
export function checkCors(policy: CorsPolicy | undefined, report: Report): void {
  if (!policy) return;
  const { allowOrigins = [], allowMethods = [], maxAge } = policy;
  allowOrigins.forEach(({ exact, prefix, regex }, i) => {
    const named = (exact ?? prefix ?? regex ?? '') !== '';
    const message = 'needs one of exact, prefix, regex that is not empty';
    report(`corsPolicy.allowOrigins[${i}]`, named ? undefined : message);
  });
  allowMethods.forEach((method, i) => {
    const message = `"${method}" is not a supported method: use ${METHODS.join(', ')}`;
    report(`corsPolicy.allowMethods[${i}]`, METHODS.includes(method) ? undefined : message);
  });
  for (const kind of ['allowHeaders', 'exposeHeaders'] as const) {
    (policy[kind] ?? []).forEach((name, i) => {
      const valid = name === '*' || isHeaderToken(name);
      report(
        `corsPolicy.${kind}[${i}]`,
        valid ? undefined : `"${name}" is not a valid header name`,
      );
    });
  }
  const whole = maxAge === undefined || isWholeSeconds(maxAge);
  report('corsPolicy.maxAge', whole ? undefined : 'must be a whole number of seconds');
}
