import { ENV_LABEL_PREFIX } from '../../api/marks.ts';
import { decoratorHooks } from '../../hooks/controller-hooks.ts';
import type { Hook } from '../../hooks/hook.ts';
import { RefusedError } from '../../hooks/refused-error.ts';
import type { Service as HookService } from '../../hooks/service.ts';
import type {
  CustomizeRequest,
  CustomizeResponse,
  DecoratorRequest,
  DecoratorResponse,
} from '../../hooks/types.ts';
import type { VirtualService } from '../../istio/types.ts';
import { cutDeepMerges } from '../../virtualservice/merges/cut-deep.ts';
import { VIRTUAL_SERVICE_CONTROLLER } from './controller.ts';
import { relatedInjections } from './customize.ts';
import { nameOf } from './name.ts';
import { readInjections } from './read-injections.ts';
import { readMerges, relatedMerges } from './read-merges.ts';
import type { VirtualServiceSettings } from './settings.ts';
import { decorate } from './sync.ts';

type Service = HookService<VirtualServiceSettings>;

export const VIRTUAL_SERVICE_HOOKS: readonly Hook<Service>[] = decoratorHooks(
  VIRTUAL_SERVICE_CONTROLLER,
  { customize: customizeVirtualService, sync: syncVirtualService, cutTooDeep: cutDeepMerges },
);

function customizeVirtualService(
  { parent }: CustomizeRequest,
  { config }: Service,
): CustomizeResponse {
  const virtualService = parent as VirtualService;
  return {
    relatedResources: [
      ...relatedInjections(virtualService, config),
      ...relatedMerges(virtualService, config.mergeGroups),
    ],
  };
}

function syncVirtualService(
  request: DecoratorRequest,
  service: Service,
  bodyBytes: number | undefined,
): DecoratorResponse {
  const virtualService = request.object as VirtualService;
  const read = readInjections(virtualService, request.related, service.config);
  if ('reason' in read) {
    const { reason, message } = read;
    service.metrics.refusals.inc({ reason });
    // A mistake in the VirtualService becomes an event on it; what its owner cannot correct is reported by the envs.
    if (reason === 'Invalid') throw new RefusedError(message);
    service.log.warn({ virtualService: nameOf(virtualService) }, message);
    // Metacontroller keeps labels and annotations that an answer does not name.
    return { labels: {}, annotations: {}, attachments: [] };
  }
  const { isRepair, ...decoration } = decorate(
    virtualService,
    read.injections,
    service.config,
    service.now(),
    bodyBytes,
    readMerges(request.related, service.config.mergeGroups),
  );
  const facts = { virtualService: nameOf(virtualService) };
  if (isRepair) {
    service.metrics.repairs.inc();
    service.log.warn(facts, 'routes are not as planned; asking once more to have them rendered');
  } else if (isChange(virtualService, decoration)) {
    service.log.info({ ...facts, envs: statesByEnv(decoration) }, 'plan changed');
  }
  return { ...decoration, attachments: [] };
}

type Marks = Required<Pick<DecoratorResponse, 'labels' | 'annotations'>>;

function isChange({ metadata }: VirtualService, marks: Marks): boolean {
  return (['labels', 'annotations'] as const).some((field) =>
    Object.entries(marks[field]).some(([key, value]) => (metadata[field]?.[key] ?? null) !== value),
  );
}

/** The state of each env here: `leaving` while its routes are removed, null when they are gone. */
function statesByEnv({ labels }: Marks): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, state]) => [key.replace(ENV_LABEL_PREFIX, ''), state]),
  );
}
