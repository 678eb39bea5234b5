import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Addresses of pods. Within the network namespace, a program can listen on all of them. */
const POD_NETWORK = '10.99.0.0/16';

/** Environment variable that is set if the process runs within the network namespace. */
export const INSIDE = 'DYNAMICENV_MESH_NAMESPACE';

const SET_UP = `ip link set lo up && ip route add local ${POD_NETWORK} dev lo && exec "$@"`;

/**
 * Returns the words to put before a command so that it runs in its own network namespace. There the command can listen
 * on every address of the pod network, and cannot reach any other network. Throws with the reason when no namespace can
 * be created.
 */
export async function namespaceCommand(): Promise<string[]> {
  const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const words = ['unshare', ...own, '--net', 'sh', '-c', SET_UP, 'sh'];
  const [program = '', ...args] = words;
  await run(program, [...args, 'true']).catch((error: Error & { stderr?: string }) => {
    const reason = (error.stderr || error.message).trim();
    throw new Error(
      `could not create a network namespace (${words.slice(0, own.length + 2).join(' ')}, ip): ${reason}; ` +
        'run the suite as root, or allow users to create namespaces',
    );
  });
  return words;
}

/** Throws outside the network namespace, where the pods' addresses do not exist. */
export function mustBeInside(): void {
  if (process.env[INSIDE] === undefined) {
    throw new Error('this suite needs its own network namespace: start it with npm run test:mesh');
  }
}
