import type { CompositeDefinition, DecoratorDefinition } from './controller.ts';
import { type Hook, hookAt } from './hook.ts';
import { COMPOSITE_REQUEST, CUSTOMIZE_REQUEST, DECORATOR_REQUEST } from './schemas.ts';
import type {
  CompositeRequest,
  CompositeResponse,
  CustomizeRequest,
  CustomizeResponse,
  DecoratorRequest,
  DecoratorResponse,
} from './types.ts';

type Answer<Request, Response, Service> = (
  request: Request,
  service: Service,
  bodyBytes: number | undefined,
) => Response;

export interface CompositeAnswers<Service> {
  customize: Answer<CustomizeRequest, CustomizeResponse, Service>;
  sync: Answer<CompositeRequest, CompositeResponse, Service>;
  finalize?: Answer<CompositeRequest, CompositeResponse, Service>;
}

export interface DecoratorAnswers<Service> extends Pick<Hook<Service>, 'cutTooDeep'> {
  customize: Answer<CustomizeRequest, CustomizeResponse, Service>;
  sync: Answer<DecoratorRequest, DecoratorResponse, Service>;
}

/** The hooks of a CompositeController, at the paths of its definition. */
export function compositeHooks<Service>(
  { hooks: paths }: CompositeDefinition,
  { customize, sync, finalize }: CompositeAnswers<Service>,
): Hook<Service>[] {
  const hooks = [
    hookAt(paths.customize, CUSTOMIZE_REQUEST, customize),
    hookAt(paths.sync, COMPOSITE_REQUEST, sync),
  ];
  if (paths.finalize === undefined || finalize === undefined) return hooks;
  return [...hooks, hookAt(paths.finalize, COMPOSITE_REQUEST, finalize)];
}

/** The hooks of a DecoratorController, likewise. */
export function decoratorHooks<Service>(
  { hooks: paths }: DecoratorDefinition,
  { customize, sync, cutTooDeep }: DecoratorAnswers<Service>,
): Hook<Service>[] {
  return [
    hookAt(paths.customize, CUSTOMIZE_REQUEST, customize, cutTooDeep),
    hookAt(paths.sync, DECORATOR_REQUEST, sync, cutTooDeep),
  ];
}
