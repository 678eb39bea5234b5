import type { KubeObject } from '../k8s/object.ts';

export const ENVIRONMENT_RESOURCE = 'environments';

/** A variable whose value is a key of a Secret in the workload's namespace. The Secret is never read here. */
export interface SecretVariable {
  name: string;
  secretKeyRef: { name: string; key: string; optional?: boolean };
}

/** One layer of configuration. A name is in at most one of the three. */
export interface ConfigurationLayer {
  /** Values by the variable's name. */
  vars?: Record<string, string>;
  secrets?: SecretVariable[];
  /** Variables that earlier layers or the workload itself set, and that are not to be set. */
  unset?: string[];
}

export interface EnvironmentSpec extends ConfigurationLayer {
  /** The Environment whose configuration this one changes. */
  extends?: string;
  description?: string;
}

/** metav1.Condition */
export interface EnvironmentCondition {
  type: 'Accepted';
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface EnvironmentStatus {
  observedGeneration?: number;
  /** Names from the root parent to the Environment itself; absent: it cannot be followed. */
  chain?: string[];
  /** A DynamicEnv or another Environment needs it. */
  inUse?: boolean;
  conditions?: EnvironmentCondition[];
}

/** Named configuration, cluster-scoped. A DynamicEnv overlays it on Deployments. */
export interface Environment extends KubeObject {
  spec: EnvironmentSpec;
  status?: EnvironmentStatus;
}
