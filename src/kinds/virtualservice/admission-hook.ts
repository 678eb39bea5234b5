import type { Hook } from '../../hooks/hook.ts';
import { ADMISSION_REVIEW } from '../../hooks/schemas.ts';
import { type AdmissionService, admitVirtualService } from './admission.ts';

/** In a file of its own: the TLS server has only this hook, and does not load the modules of the others. */
export const ADMISSION_HOOK: Hook<AdmissionService> = {
  url: '/admission/virtualservices',
  name: 'admission-virtualservices',
  schema: ADMISSION_REVIEW,
  answer: admitVirtualService,
};
