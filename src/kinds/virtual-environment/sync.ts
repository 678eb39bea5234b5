import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { CompositeResponse, ObjectMap } from '../../hooks/types.ts';
import type { VirtualEnvironmentSettings } from './settings.ts';

/** What Metacontroller sent. */
export interface VirtualEnvironmentRequest {
  parent: VirtualEnvironment;
  children: ObjectMap;
  related: ObjectMap;
}

export function syncVirtualEnvironment(
  _request: VirtualEnvironmentRequest,
  _refusals: readonly Refusal[],
  _config: VirtualEnvironmentSettings,
  _now: Date,
): CompositeResponse {
  throw new Error('it is not built yet');
}

export function finalizeVirtualEnvironment(
  _request: VirtualEnvironmentRequest,
  _config: VirtualEnvironmentSettings,
  _now: Date,
): CompositeResponse {
  throw new Error('it is not built yet');
}
