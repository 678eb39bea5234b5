import { type Hook, hookAt } from '../../hooks/hook.ts';
import { ADMISSION_REVIEW } from '../../hooks/schemas.ts';
import type { AdmissionService } from '../../hooks/service.ts';
import { admitVirtualService } from './admission.ts';
import type { VirtualServiceSettings } from './settings.ts';
import { VIRTUAL_SERVICE_WEBHOOK } from './webhook.ts';

/** In its own file: the encrypted door serves only this hook, and imports nothing of the others. */
export const ADMISSION_HOOK: Hook<AdmissionService<VirtualServiceSettings>> = hookAt(
  VIRTUAL_SERVICE_WEBHOOK.path,
  ADMISSION_REVIEW,
  admitVirtualService,
);
