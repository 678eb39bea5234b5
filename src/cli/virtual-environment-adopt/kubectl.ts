import type { ClusterOptions } from '../../kube-client/config.ts';
import { accessFlags, shellQuoted } from '../common/shell.ts';

/** Most objects in one command, so that no command line gets too long. */
const MOST = 50;

/** Builds commands of kubectl for the cluster that was read. */
export type Kubectl = (...words: string[]) => string;

export function kubectlFor(cluster: ClusterOptions): Kubectl {
  return (...words) => ['kubectl', ...words, ...accessFlags(cluster)].map(shellQuoted).join(' ');
}

/** The names in parts of one command each. */
export function batches(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / MOST) }, (_, index) =>
    names.slice(index * MOST, (index + 1) * MOST),
  );
}

/** Some lines as a comment of a script. */
export function comment(...lines: readonly string[]): string {
  return lines.map((line) => `# ${line}`.trimEnd()).join('\n');
}
