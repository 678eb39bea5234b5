import { type Hook, hookAt } from '../../hooks/hook.ts';
import { ADMISSION_REVIEW } from '../../hooks/schemas.ts';
import type { AdmissionService } from '../../hooks/service.ts';
import { admitVirtualService } from './admission.ts';
import type { VirtualServiceSettings } from './settings.ts';

/** Apart from the other hooks: the encrypted door has this one alone, and loads nothing of theirs. */
export const ADMISSION_HOOK: Hook<AdmissionService<VirtualServiceSettings>> = hookAt(
  '/admission/virtualservices',
  ADMISSION_REVIEW,
  admitVirtualService,
);
