import { MERGE_GROUPS } from '../../api/virtualservicemerge.ts';
import { decoratorHooks } from '../../hooks/controller-hooks.ts';
import type { Hook } from '../../hooks/hook.ts';
import type { Service } from '../../hooks/service.ts';
import type {
  CustomizeRequest,
  CustomizeResponse,
  DecoratorRequest,
  DecoratorResponse,
} from '../../hooks/types.ts';
import { cutDeepMerges } from '../../virtualservice/merges/cut-deep.ts';
import { mergeController } from './controller.ts';
import { relatedToMerge } from './customize.ts';
import { decorateMerge } from './sync.ts';

/** Answers for merges of any group; the controller decides which groups there are. */
export const MERGE_HOOKS: readonly Hook<Service<unknown>>[] = decoratorHooks(
  mergeController(MERGE_GROUPS),
  { customize: customizeMerge, sync: syncMerge, cutTooDeep: cutDeepMerges },
);

function customizeMerge({ parent }: CustomizeRequest): CustomizeResponse {
  return { relatedResources: relatedToMerge(parent) };
}

function syncMerge(
  request: DecoratorRequest,
  { metrics, log, now }: Service<unknown>,
): DecoratorResponse {
  const { answer, isKnown, changes } = decorateMerge(request, now());
  const { apiVersion, metadata } = request.object;
  const merge = `${metadata.namespace}/${metadata.name}`;
  if (Object.keys(changes).length > 0) log.info({ merge, apiVersion, changes }, 'status changed');
  if (!isKnown) {
    metrics.refusals.inc({ reason: 'NotSent' });
    log.warn(
      { merge, apiVersion },
      'VirtualServices were not sent, although the customize hook asks for one; the status stays as it is',
    );
  }
  return answer;
}
