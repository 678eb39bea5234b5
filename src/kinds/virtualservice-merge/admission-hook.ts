import { type Hook, hookAt } from '../../hooks/hook.ts';
import { ADMISSION_REVIEW } from '../../hooks/schemas.ts';
import type { AdmissionService } from '../../hooks/service.ts';
import { cutDeepMerges } from '../../virtualservice/merges/cut-deep.ts';
import { admitMerge } from './admission.ts';
import { MERGE_WEBHOOK } from './webhook.ts';

/** In its own file: the encrypted door imports nothing of the other hooks. */
export const MERGE_ADMISSION_HOOK: Hook<AdmissionService<unknown>> = hookAt(
  MERGE_WEBHOOK.path,
  ADMISSION_REVIEW,
  admitMerge,
  cutDeepMerges,
);
