import type { DynamicEnvStatus } from '../../../api/dynamicenv.ts';
import type { LifeTime } from '../lifecycle/life-time.ts';

/** The status with the time of expiry. If an annotation is ignored, the condition Ready says so. */
export function withLifeTime(
  status: DynamicEnvStatus,
  { expiresAt, ignored }: LifeTime,
): DynamicEnvStatus {
  if (expiresAt === undefined && ignored === undefined) return status;
  const { conditions = [], ...rest } = status;
  return {
    ...rest,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    conditions: conditions.map((one) =>
      one.type === 'Ready' && ignored !== undefined
        ? { ...one, message: `${one.message}; ${ignored}` }
        : one,
    ),
  };
}
