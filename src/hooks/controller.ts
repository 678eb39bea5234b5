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
 * The part of a CompositeController that its kind decides; the chart sets the service's address, time-outs and the resync
 * period. `name` must never change: Metacontroller derives finalizers and labels from it, and nobody would remove those of the
 * old name (https://metacontroller.github.io/metacontroller/api/compositecontroller.html).
 */
export interface CompositeDefinition {
  kind: 'CompositeController';
  name: string;
  parentResource: Resource;
  childResources: readonly Resource[];
  hooks: HookPaths;
}

/** The same part of a DecoratorController (https://metacontroller.github.io/metacontroller/api/decoratorcontroller.html). */
export interface DecoratorDefinition {
  kind: 'DecoratorController';
  name: string;
  resources: readonly (Resource & { labelSelector?: LabelSelector })[];
  attachments: readonly Resource[];
  hooks: HookPaths;
}

export type ControllerDefinition = CompositeDefinition | DecoratorDefinition;
