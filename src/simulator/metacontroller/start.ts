import type { ControllerDefinition } from '../../hooks/controller.ts';
import { rfc3339 } from '../../k8s/time.ts';
import { startComposite } from './composite.ts';
import type { Metacontroller } from './controller.ts';
import { controllerObject } from './controller-object.ts';
import { startDecorator } from './decorator.ts';

/** Starts the controllers, in this order. Returns what to do at each resync. */
export function startControllers(
  metacontroller: Metacontroller,
  definitions: readonly ControllerDefinition[],
): () => void {
  const time = rfc3339(metacontroller.clock.now());
  const resyncs = definitions.map((definition, index) => {
    const controller = controllerObject(definition, index + 1, time);
    return definition.kind === 'CompositeController'
      ? startComposite(metacontroller, definition, controller)
      : startDecorator(metacontroller, definition, controller);
  });
  return () => {
    for (const enqueueAll of resyncs) enqueueAll();
  };
}
