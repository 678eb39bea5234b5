import { coherent, DECISION_FLAGS } from '../../config.ts';
import { settingsOf } from '../../flags.ts';
import { refSettings } from '../../refs/settings.ts';
import { clusterOptions, refuseWithoutCluster } from '../common/cluster-options.ts';
import type { TraceOptions } from './options.ts';
import { refHeader, withRefHeader } from './ref.ts';

/** What requests and messages are both traced with. */
interface CommonOptions extends Pick<TraceOptions, 'files' | 'cluster' | 'config' | 'ref'> {
  /** Of `-H`, as they are given, with the one of `--ref`. */
  headers: string[];
}

/** Throws UsageError. */
export function commonOptions(
  given: Record<string, unknown>,
  env: Record<string, string | undefined>,
): CommonOptions {
  const files = (given['file'] ?? []) as string[];
  const cluster = given['from-cluster'] === true ? clusterOptions(given) : undefined;
  if (cluster === undefined) refuseWithoutCluster(given, files);
  const config = coherent(settingsOf(DECISION_FLAGS, given, env));
  const { headers: names } = refSettings(config);
  const ref = typeof given['ref'] === 'string' ? refHeader(given['ref'], names) : undefined;
  const headers = withRefHeader((given['header'] ?? []) as string[], ref, names);
  return { files: [...new Set(files)], cluster, config, ref, headers };
}
