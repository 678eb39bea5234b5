import { loadValidator } from '../../src/crds.ts';
import { loadAdmission, loadHooks, loadWebhooks } from '../../src/hooks/kind.ts';
import { type DecisionConfig, KINDS } from '../../src/kinds/kinds.ts';

/** Every hook of the service. Loaded once: compiling the validators takes longer than a test. */
export const HOOKS = await loadHooks<DecisionConfig>(KINDS, loadValidator);

/** Those of the encrypted door. */
export const ADMISSION_HOOKS = await loadAdmission<DecisionConfig>(KINDS);

/** The webhooks that the API server has. */
export const WEBHOOKS = await loadWebhooks(KINDS);
