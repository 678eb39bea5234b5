import type { DynamicEnvStatus } from '../../../api/dynamicenv.ts';
import type { LifeTime } from '../lifecycle/life-time.ts';

/** The status with the time of expiry and the annotation that was read. If that is ignored, the condition Ready says so. */
export function withLifeTime(
  status: DynamicEnvStatus,
  { expiresAt, observedRenewal, ignored }: LifeTime,
): DynamicEnvStatus {
  if (expiresAt === undefined && observedRenewal === undefined) return status;
  const { conditions = [], ...rest } = status;
  return {
    ...rest,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(observedRenewal === undefined ? {} : { observedRenewal }),
    conditions: conditions.map((one) =>
      one.type === 'Ready' && ignored !== undefined
        ? { ...one, message: `${one.message}; ${ignored}` }
        : one,
    ),
  };
}
