import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { MeshView } from '../../mesh/view.ts';
import type { Observed } from './observed.ts';
import type { EnvSettings } from './settings.ts';

/** What every decision about an env is based on. */
export interface EnvContext {
  env: DynamicEnv;
  /** Other people's objects. */
  view: MeshView;
  /** The env's own children. */
  observed: Observed;
  config: EnvSettings;
  now: Date;
}
