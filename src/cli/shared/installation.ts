import { loadCrds } from '../../crds.ts';
import type { ControllerDefinition } from '../../hooks/controller.ts';
import type { WebhookDefinition } from '../../hooks/webhook.ts';
import { DYNAMIC_ENV_CONTROLLER } from '../../kinds/dynamicenv/controller.ts';
import type { DecisionConfig } from '../../kinds/dynamicenv/settings.ts';
import { meshIndexController } from '../../kinds/mesh-index/controller.ts';
import { VIRTUAL_SERVICE_CONTROLLER } from '../../kinds/virtualservice/controller.ts';
import { VIRTUAL_SERVICE_WEBHOOK } from '../../kinds/virtualservice/webhook.ts';
import { definedKind } from '../../simulator/discovery.ts';
import type { Kind } from '../../simulator/kinds.ts';

/** The controllers that the chart installs with these settings. */
export function installedControllers({
  indexedNamespaces,
}: Pick<DecisionConfig, 'indexedNamespaces'>): ControllerDefinition[] {
  const index = indexedNamespaces.length > 0 ? [meshIndexController(indexedNamespaces)] : [];
  return [DYNAMIC_ENV_CONTROLLER, VIRTUAL_SERVICE_CONTROLLER, ...index];
}

/** The webhooks that the chart installs. */
export const WEBHOOKS: readonly WebhookDefinition[] = [VIRTUAL_SERVICE_WEBHOOK];

/** The kinds of the CustomResourceDefinitions that ship with this program. */
export async function ownKinds(): Promise<Kind[]> {
  return Object.values(await loadCrds()).map(definedKind);
}
