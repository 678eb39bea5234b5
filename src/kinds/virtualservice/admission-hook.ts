import type { Hook } from '../../hooks/hook.ts';
import { ADMISSION_REVIEW } from '../../hooks/schemas.ts';
import { type AdmissionService, admitVirtualService } from './admission.ts';

/** Apart from the other hooks: the encrypted door has this one alone, and loads nothing of theirs. */
export const ADMISSION_HOOK: Hook<AdmissionService> = {
  url: '/admission/virtualservices',
  name: 'admission-virtualservices',
  schema: ADMISSION_REVIEW,
  answer: admitVirtualService,
};
