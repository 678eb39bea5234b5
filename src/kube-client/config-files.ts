import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { UsageError } from '../errors.ts';

export type Environment = Record<string, string | undefined>;

/**
 * The kubeconfig files to read, in kubectl's order: `--kubeconfig` alone, else those of `KUBECONFIG` that exist, else
 * `~/.kube/config` (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). Throws a
 * UsageError when there is none.
 */
export function configFiles(flag: string | undefined, env: Environment): string[] {
  if (flag !== undefined) {
    if (!existsSync(flag)) throw new UsageError(`--kubeconfig: ${flag}: no such file`);
    return [flag];
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) {
    const files = listed.filter((file) => existsSync(file));
    if (files.length === 0) throw new UsageError(`KUBECONFIG: ${listed.join(', ')}: no such file`);
    return files;
  }
  const home = join(env['HOME'] || homedir(), '.kube', 'config');
  if (existsSync(home)) return [home];
  throw new UsageError(
    `no kubeconfig: there is no ${home}; name one with --kubeconfig FILE or the variable KUBECONFIG`,
  );
}
