import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Addresses of pods. Within the network namespace all of them are local addresses. */
const POD_NETWORK = '10.99.0.0/16';

/** Environment variable that is set within the network namespace. */
export const INSIDE = 'DYNAMICENV_MESH_NAMESPACE';

const SET_UP = `ip link set lo up && ip route add local ${POD_NETWORK} dev lo && exec "$@"`;

/**
 * The command prefix that runs a command in a network namespace of its own. There it can listen on every address of the
 * pod network, and no address leads elsewhere. Throws with the reason when no namespace can be created.
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

/** Throws outside the network namespace, where the pods' addresses do not exist. */
export function mustBeInside(): void {
  if (process.env[INSIDE] === undefined) {
    throw new Error('this runs in a network namespace of its own: start it by npm run test:mesh');
  }
}
