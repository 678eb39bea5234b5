import { RefusedError } from '../../hooks/refused-error.ts';
import type { Service } from '../../hooks/service.ts';
import type {
  CustomizeRequest,
  CustomizeResponse,
  DecoratorRequest,
  DecoratorResponse,
} from '../../hooks/types.ts';
import { relatedToNamespace } from './customize.ts';
import { meshIndex } from './sync.ts';

/**
 * Answers for any namespace. The controller's selector decides which namespaces are indexed; this service does not know
 * them.
 */
export function customizeMeshIndex({ parent }: CustomizeRequest): CustomizeResponse {
  return { relatedResources: relatedToNamespace(parent.metadata.name) };
}

export function syncMeshIndex(
  { object, related }: DecoratorRequest,
  { metrics }: Service,
): DecoratorResponse {
  const index = meshIndex(object.metadata.name, related);
  if ('reason' in index) {
    metrics.refusals.inc({ reason: index.reason });
    throw new RefusedError(index.message);
  }
  return { attachments: [index] };
}
