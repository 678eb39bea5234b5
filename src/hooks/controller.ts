import type { LabelSelector } from '../k8s/object.ts';

/** A resource as Metacontroller names it: `apps/v1`, `deployments`. */
export interface Resource {
  apiVersion: string;
  /** Plural, lower case. */
  resource: string;
}

/** A resource whose objects a controller calls its hooks for. */
export interface ParentResource extends Resource {
  /** Default: all objects. */
  labelSelector?: LabelSelector;
  /** True: a write of an object's status alone brings no sync. Default: false. */
  ignoreStatusChanges?: boolean;
}

/** Paths of a controller's hooks; the chart puts the service's address in front. All are of hook version v2. */
interface HookPaths {
  customize: string;
  sync: string;
  /** With it, parents get the controller's finalizer. */
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
  parentResource: ParentResource;
  /** All are updated in place. */
  childResources: readonly Resource[];
  /**
   * True (the default): children are found by the label `controller-uid`, and parents need no selector. False: by the
   * parent's `spec.selector`.
   */
  generateSelector?: boolean;
  hooks: HookPaths;
}

/** The same part of a DecoratorController (https://metacontroller.github.io/metacontroller/api/decoratorcontroller.html). */
export interface DecoratorDefinition {
  kind: 'DecoratorController';
  name: string;
  resources: readonly ParentResource[];
  /** All are updated in place. */
  attachments: readonly Resource[];
  hooks: HookPaths;
}

export type ControllerDefinition = CompositeDefinition | DecoratorDefinition;
