import { type Hook, hookAt } from '../../hooks/hook.ts';
import { ADMISSION_REVIEW } from '../../hooks/schemas.ts';
import type { AdmissionService } from '../../hooks/service.ts';
import { admitVirtualService } from './admission.ts';
import type { VirtualServiceSettings } from './settings.ts';

/** In its own file: the encrypted door serves only this hook, and imports nothing of the others. */
export const ADMISSION_HOOK: Hook<AdmissionService<VirtualServiceSettings>> = hookAt(
  '/admission/virtualservices',
  ADMISSION_REVIEW,
  admitVirtualService,
);
