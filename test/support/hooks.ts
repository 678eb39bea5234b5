import { loadValidator } from '../../src/crds.ts';
import { loadAdmission, loadHooks, loadWebhooks } from '../../src/hooks/kind.ts';
import { type DecisionConfig, KINDS } from '../../src/kinds/kinds.ts';

/** All hooks of the service. They are loaded once, because compiling the validators takes longer than a test. */
export const HOOKS = await loadHooks<DecisionConfig>(KINDS, loadValidator);

/** The hooks of the encrypted port. */
export const ADMISSION_HOOKS = await loadAdmission<DecisionConfig>(KINDS);

/** The webhooks that are registered at the API server. */
export const WEBHOOKS = await loadWebhooks(KINDS);
