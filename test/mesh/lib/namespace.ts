import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Addresses of pods: all of them are this machine's own within the network namespace. */
export const POD_NETWORK = '10.99.0.0/16';

/** Environment variable that says, within the namespace, that this is it. */
export const INSIDE = 'DYNAMICENV_MESH_NAMESPACE';

const SET_UP = `ip link set lo up && ip route add local ${POD_NETWORK} dev lo && exec "$@"`;

/**
 * The words before a command that run it in a network namespace of its own, where every address of the pod network can
 * be listened on and nothing leads anywhere else. Throws with the reason where no namespace can be made.
 */
export async function namespaceCommand(): Promise<string[]> {
  const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const words = ['unshare', ...own, '--net', 'sh', '-c', SET_UP, 'sh'];
  const [program = '', ...args] = words;
  await run(program, [...args, 'true']).catch((error: Error & { stderr?: string }) => {
    const reason = (error.stderr || error.message).trim();
    throw new Error(
      `no network namespace could be made (${words.slice(0, own.length + 2).join(' ')}, ip): ${reason}; ` +
        'run it as root, or let users make namespaces',
    );
  });
  return words;
}

/** Throws outside the namespace, where the pods' addresses are nobody's. */
export function mustBeInside(): void {
  if (process.env[INSIDE] === undefined) {
    throw new Error('this runs in a network namespace of its own: start it by npm run test:mesh');
  }
}
