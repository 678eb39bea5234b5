import type { Refusal } from '../../../crd/refusal.ts';
import type { Blocker, Check } from './check.ts';

/** The spec breaks a rule of the CRD, or one that the CRD cannot express. */
export const specRefused: Check = ({ refusals }) =>
  refusals.length === 0 ? undefined : invalidSpec(refusalTexts(refusals));

/** Each refusal with its field. */
export function refusalTexts(refusals: readonly Refusal[]): string[] {
  return refusals.map(({ path, message }) =>
    path === undefined ? message : `${path}: ${message}`,
  );
}

export function invalidSpec(messages: readonly string[]): Blocker {
  return {
    reason: 'InvalidSpec',
    messages,
    until: 'the spec is corrected',
    waiting: 'waiting for the spec to be corrected',
  };
}
