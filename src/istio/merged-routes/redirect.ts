import { portProblem } from '../field-rules.ts';
import type { Report } from '../validate-match.ts';
import { lineProblem } from './envoy-text.ts';
import type { Redirect } from './http-types.ts';

/** 0 means the default, 301. With any other code, istiod sends a route without an action, and Envoy refuses it. */
const CODES = [0, 301, 302, 303, 307, 308];

/** validateHTTPRedirect in istiod, ApplyRedirect in `route.go`, and RedirectAction in Envoy. */
export function checkRedirect(redirect: Redirect | undefined, report: Report): void {
  if (!redirect) return;
  const { uri = '', authority = '', scheme = '', port, derivePort, redirectCode = 0 } = redirect;
  const named = uri || authority || scheme || port !== undefined || derivePort !== undefined;
  report('redirect', named ? undefined : 'needs uri, authority, scheme, port or derivePort');
  const known = CODES.includes(redirectCode);
  report('redirect.redirectCode', known ? undefined : 'must be 301, 302, 303, 307 or 308');
  const isHttp = ['', 'http', 'https'].includes(scheme);
  report('redirect.scheme', isHttp ? undefined : 'must be http or https');
  report('redirect.port', port ? portProblem(port) : undefined);
  report('redirect.uri', lineProblem(uri));
  report('redirect.authority', lineProblem(authority));
}
