import { decoratorHooks } from '../../hooks/controller-hooks.ts';
import type { Hook } from '../../hooks/hook.ts';
import { RefusedError } from '../../hooks/refused-error.ts';
import type { Service } from '../../hooks/service.ts';
import type {
  CustomizeRequest,
  CustomizeResponse,
  DecoratorRequest,
  DecoratorResponse,
} from '../../hooks/types.ts';
import { meshIndexController } from './controller.ts';
import { relatedToNamespace } from './customize.ts';
import { meshIndex } from './sync.ts';

/**
 * Answers for any namespace. The controller's selector decides which namespaces are indexed; this service does not know
 * them.
 */
export const MESH_INDEX_HOOKS: readonly Hook<Service<unknown>>[] = decoratorHooks(
  meshIndexController([]),
  { customize: customizeMeshIndex, sync: syncMeshIndex },
);

function customizeMeshIndex({ parent }: CustomizeRequest): CustomizeResponse {
  return { relatedResources: relatedToNamespace(parent.metadata.name) };
}

function syncMeshIndex(
  { object, related }: DecoratorRequest,
  { metrics }: Service<unknown>,
): DecoratorResponse {
  const index = meshIndex(object.metadata.name, related);
  if ('reason' in index) {
    metrics.refusals.inc({ reason: index.reason });
    throw new RefusedError(index.message);
  }
  return { attachments: [index] };
}
