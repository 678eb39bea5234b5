import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import type { MeshView } from '../../../mesh/view.ts';
import type { Observed } from '../observed.ts';
import type { EnvSettings } from '../settings.ts';

/** What every part of the status is judged on. */
export interface StatusContext {
  env: DynamicEnv;
  view: MeshView;
  observed: Observed;
  /** Children on their way out, see `childKey`. */
  leaving: ReadonlySet<string>;
  config: EnvSettings;
  now: Date;
  /** All came in so many bytes; absent: nobody counted. */
  sentBytes?: number | undefined;
}
