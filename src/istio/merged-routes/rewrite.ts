import { isAuthorityHeader } from '../header-name.ts';
import type { Report } from '../validate-match.ts';
import { lineProblem } from './envoy-text.ts';
import type { HttpRoute } from './http-types.ts';

/** validateHTTPRewrite and validateAuthorityRewrite in istiod, and Envoy's rules for the texts. */
export function checkRewrite(route: HttpRoute, report: Report): void {
  checkAuthority(route, report);
  const { rewrite } = route;
  if (!rewrite) return;
  const { uri = '', authority = '', uriRegexRewrite } = rewrite;
  const both = uri !== '' && uriRegexRewrite !== undefined;
  report('rewrite', both ? 'takes only one of uri, uriRegexRewrite' : undefined);
  const none = uri === '' && authority === '' && uriRegexRewrite === undefined;
  report('rewrite', none ? 'needs uri, uriRegexRewrite or authority' : undefined);
  report('rewrite.uri', lineProblem(uri));
  report('rewrite.authority', lineProblem(authority));
  if (uriRegexRewrite === undefined) return;
  const substitution = uriRegexRewrite.rewrite ?? '';
  const complete = Boolean(uriRegexRewrite.match) && substitution !== '';
  report('rewrite.uriRegexRewrite', complete ? undefined : 'needs both match and rewrite');
  report('rewrite.uriRegexRewrite.rewrite', lineProblem(substitution));
}

/** The request's host may be set in one place only: `rewrite.authority`, or one header operation. */
function checkAuthority({ rewrite, headers }: HttpRoute, report: Report): void {
  const { add = {}, set = {} } = headers?.request ?? {};
  const places = [...Object.keys(set), ...Object.keys(add)].filter(isAuthorityHeader);
  const count = places.length + Number(Boolean(rewrite?.authority));
  const message = `sets the request's host in ${count} places (rewrite.authority, headers ${places.join(', ')}): keep one`;
  report('headers.request', count > 1 ? message : undefined);
}
