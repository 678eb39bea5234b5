import type { Report } from '../validate-match.ts';
import { statusProblem } from './http-status.ts';
import type { Fault, Percent } from './http-types.ts';

/** istio `pkg/util/grpc/codes.go`. */
const GRPC_STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** validateHTTPFaultInjection. */
export function checkFault(fault: Fault | undefined, report: Report): void {
  if (!fault) return;
  const { abort, delay } = fault;
  report('fault', abort || delay ? undefined : 'needs abort or delay');
  report('fault.abort.percentage.value', percentageProblem(abort?.percentage));
  report('fault.delay.percentage.value', percentageProblem(delay?.percentage));
  const { httpStatus, grpcStatus, http2Error } = abort ?? {};
  report(
    'fault.abort.http2Error',
    http2Error === undefined ? undefined : 'is not supported by Istio: use httpStatus',
  );
  report(
    'fault.abort.httpStatus',
    httpStatus === undefined ? undefined : statusProblem(httpStatus),
  );
  const known = grpcStatus === undefined || GRPC_STATUSES.includes(grpcStatus);
  report(
    'fault.abort.grpcStatus',
    known ? undefined : `must be one of ${GRPC_STATUSES.join(', ')}`,
  );
  const exponential = delay?.exponentialDelay !== undefined;
  report(
    'fault.delay.exponentialDelay',
    exponential ? 'is not supported by Istio: use fixedDelay' : undefined,
  );
}

function percentageProblem(percent: Percent | undefined): string | undefined {
  const value = percent?.value ?? 0;
  const valid = value === 0 || (value >= 0.0001 && value <= 100);
  return valid ? undefined : 'must be 0, or between 0.0001 and 100';
}
