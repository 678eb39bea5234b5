import { utf8Length } from '../../k8s/canonical.ts';
import type { HeaderOperations, Headers } from '../types.ts';
import type { Report } from '../validate-match.ts';
import { addedHeaders, MAX_ADDED_HEADERS } from '../validate-route.ts';
import { lineProblem } from './envoy-text.ts';
import { formatProblem } from './header-format.ts';
import type { HttpRoute } from './http-types.ts';

/** Envoy's limit for names and values (HeaderValue in `config/core/v3/base.proto`). */
const MAX_BYTES = 16_384;

/** What Envoy refuses in header operations that istiod accepts. */
export function checkHeaderOperations(route: HttpRoute, report: Report): void {
  checkHeaders(route.headers, 'headers', report);
  (route.route ?? []).forEach(({ headers }, i) => {
    checkHeaders(headers, `route[${i}].headers`, report);
    for (const kind of ['request', 'response'] as const) {
      const many = addedHeaders(headers?.[kind]) > MAX_ADDED_HEADERS;
      const message = `sets or adds more than ${MAX_ADDED_HEADERS} headers`;
      report(`route[${i}].headers`, many ? message : undefined, kind);
    }
  });
}

function checkHeaders(headers: Headers | undefined, above: string, report: Report): void {
  for (const kind of ['request', 'response'] as const) {
    checkOperations(headers?.[kind], `${above}.${kind}`, report);
  }
}

function checkOperations(
  operations: HeaderOperations | undefined,
  field: string,
  report: Report,
): void {
  for (const kind of ['add', 'set'] as const) {
    for (const [name, value] of Object.entries(operations?.[kind] ?? {})) {
      report(`${field}.${kind}`, lineProblem(name) ?? lengthProblem(name), name);
      report(`${field}.${kind}`, lengthProblem(value) ?? formatProblem(value), name);
    }
  }
  (operations?.remove ?? []).forEach((name, i) => {
    report(field, lineProblem(name), `remove[${i}]`);
  });
}

function lengthProblem(text: string): string | undefined {
  const long = text.length > MAX_BYTES || utf8Length(text) > MAX_BYTES;
  return long ? `is longer than ${MAX_BYTES} bytes` : undefined;
}
