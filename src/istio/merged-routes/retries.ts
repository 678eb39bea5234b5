import type { Report } from '../validate-match.ts';
import type { Retries } from './http-types.ts';

/** supportedRetryOnPolicies in istio `pkg/config/validation/validation.go`. */
const POLICIES = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
];

/** The codes that have a text in Go's net/http (StatusText). */
const STATUS_RANGES: readonly (readonly [number, number])[] = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 418],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
];

/** validateHTTPRetry. */
export function checkRetries(retries: Retries | undefined, report: Report): void {
  if (!retries) return;
  const { attempts = 0, perTryTimeout, retryOn = '', retryRemoteLocalities } = retries;
  report('retries.attempts', attempts < 0 ? 'must not be negative' : undefined);
  const configured =
    perTryTimeout !== undefined || retryOn !== '' || retryRemoteLocalities !== undefined;
  const disabled = attempts === 0 && configured;
  const message = 'must be at least 1 if there are other settings for retries (0 disables retries)';
  report('retries.attempts', disabled ? message : undefined);
  if (retryOn === '') return;
  for (const policy of retryOn.split(',')) {
    const known = POLICIES.includes(policy) || isStatus(policy);
    report(
      'retries.retryOn',
      known
        ? undefined
        : `"${policy}" is neither a policy of retries nor an HTTP status (no spaces are allowed)`,
    );
  }
}

function isStatus(text: string): boolean {
  if (!/^[+-]?\d{1,20}$/.test(text)) return false;
  const code = Number(text);
  return STATUS_RANGES.some(([first, last]) => code >= first && code <= last);
}
