import type { V1EnvVarSource } from '@kubernetes/client-node';

/** One layer of configuration, with the name by which people know it. */
export interface Layer {
  /** Name of an Environment, or `OWN_LAYER`. */
  name: string;
  vars?: Readonly<Record<string, string>>;
  secrets?: readonly {
    name: string;
    secretKeyRef: { name: string; key: string; optional?: boolean };
  }[];
  unset?: readonly string[];
}

/** The DynamicEnv's own layer, on top of its Environment's. No Environment can have this name. */
export const OWN_LAYER = 'this DynamicEnv';

/** What all layers together say about a variable. */
export interface LayeredVariable {
  name: string;
  /** The layer that decides. */
  layer: string;
  /** Absent: the variable is not to be set. */
  source?: { value: string } | { valueFrom: V1EnvVarSource };
}

/** By name. */
export type Layered = ReadonlyMap<string, LayeredVariable>;

export interface ContainerVariable {
  container: string;
  variable: string;
}

/** A variable of a container whose effective value the layers change. */
export interface Difference extends ContainerVariable {
  layer: string;
}
