import { utf8Length } from '../../k8s/canonical.ts';
import type { Report } from '../validate-match.ts';
import { statusProblem } from './http-status.ts';
import type { HttpRoute } from './http-types.ts';

const MAX_BODY = 1024 * 1024;

/** validateHTTPDirectResponse. */
export function checkDirectResponse(response: HttpRoute['directResponse'], report: Report): void {
  if (!response) return;
  const { status, body = {} } = response;
  report('directResponse.status', statusProblem(status));
  const bytes =
    body.string === undefined ? decodedLength(body.bytes ?? '') : utf8Length(body.string);
  report('directResponse.body', bytes > MAX_BODY ? `is larger than ${MAX_BODY} bytes` : undefined);
}

function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  return (base64.length / 4) * 3 - padding;
}
