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

/** For every namespace, whether it is indexed or not: its controller's selector tells, which this service does not know. */
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
