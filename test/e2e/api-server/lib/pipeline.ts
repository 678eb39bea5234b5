import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandOptions, command } from '../../control-plane/commands.ts';
import { problem, until } from '../../control-plane/poll.ts';
import { BRANCHES } from '../../lib/branches.ts';
import type { Guarded } from './guarded.ts';

const PROGRAM = fileURLToPath(new URL('../../../../src/cli.ts', import.meta.url));

/** The user name of the account in rbac.yaml. */
export const PIPELINE_USER = 'system:serviceaccount:services:pipeline';

/** Runs a script of examples/branches as the pipeline. Returns its standard output. */
export type RunScript = (
  script: string,
  variables: Readonly<Record<string, string>>,
) => Promise<string>;

/** A shell in which `helm` is one of the two versions, and in which the cluster is that of the account in rbac.yaml. */
export async function startPipeline(plane: Guarded, helm: 'helm' | 'helm3'): Promise<RunScript> {
  await plane.kubectl(['apply', '-f', `${BRANCHES}rbac.yaml`]);
  const token = await plane.kubectl(['create', 'token', 'pipeline', '--namespace', 'services']);
  const config = await plane.kubeconfigFor(`pipeline-${helm}`, token.trim());
  const home = join(plane.folder, `pipeline-${helm}`);
  const bin = join(home, 'bin');
  await mkdir(bin, { recursive: true });
  const { programs } = plane.binaries;
  await symlink(programs[helm], join(bin, 'helm'));
  await symlink(programs.kubectl, join(bin, 'kubectl'));
  await writeFile(
    join(bin, 'dynamicenv'),
    `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`,
  );
  await chmod(join(bin, 'dynamicenv'), 0o755);
  const base = { KUBECONFIG: config, HOME: home, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return (script, variables) => {
    const options: CommandOptions = {
      env: { SERVICE: 'payment-service', NAMESPACE: 'services', TIMEOUT: '60s', ...variables },
    };
    return command(`${BRANCHES}scripts/${script}`, base)([], options);
  };
}

/** Writes the status that the controller would write: the environment is ready. */
export async function becomesReady({ metacontroller }: Guarded, env: string): Promise<void> {
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: 'ready',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const status = {
    state: 'ready',
    totalCount: 1,
    totalReady: 1,
    expiresAt: '2026-01-04T00:00:00Z',
    links: ['https://shop.dev.example.com/?x-source-route=mp-101'],
    conditions: [condition],
  };
  const patch = JSON.stringify({ status });
  const write = ['patch', 'de', env, '--subresource=status', '--type=merge', '-p', patch];
  await until(60, () => problem(metacontroller(write)));
}
