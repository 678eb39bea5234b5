import type { LabelSelector } from '../k8s/object.ts';

/** A resource as Metacontroller names it: `apps/v1`, `deployments`. */
interface Resource {
  apiVersion: string;
  /** Plural, lower case. */
  resource: string;
}

/** Paths of a controller's hooks; the chart puts the service's address in front. */
interface HookPaths {
  customize: string;
  sync: string;
  finalize?: string;
}

/**
 * A CompositeController, as far as it is its kind's business: the service's address, time-outs and the resync period are
 * the chart's. `name` is a contract: Metacontroller derives finalizers and marks from it, which a renamed controller would
 * leave behind (https://metacontroller.github.io/metacontroller/api/compositecontroller.html).
 */
export interface CompositeDefinition {
  kind: 'CompositeController';
  name: string;
  parentResource: Resource;
  childResources: readonly Resource[];
  hooks: HookPaths;
}

/** A DecoratorController, likewise (https://metacontroller.github.io/metacontroller/api/decoratorcontroller.html). */
export interface DecoratorDefinition {
  kind: 'DecoratorController';
  name: string;
  resources: readonly (Resource & { labelSelector?: LabelSelector })[];
  attachments: readonly Resource[];
  hooks: HookPaths;
}

export type ControllerDefinition = CompositeDefinition | DecoratorDefinition;
