import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProgram, type Program, runProgram } from './program.ts';
import { PROGRAMS } from './programs.ts';

/** Long enough for a machine that does other things, too. */
const READY_MS = 90_000;

export interface FeedReplica {
  port: number;
  program: Program;
  /** Resolves when `/readyz` answers 200. */
  ready(): Promise<void>;
  end(): Promise<void>;
}

/** Starts a real feed on loopback that reads this API server. */
export async function startFeed(
  apiServer: string,
  port: number,
  folder: string,
): Promise<FeedReplica> {
  const kubeconfig = join(folder, 'kubeconfig.json');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: apiServer } }],
      users: [{ name: 'test', user: {} }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    }),
  );
  return runFeed(kubeconfig, port, folder);
}

/** Starts a real feed on loopback with this kubeconfig. */
export function runFeed(kubeconfig: string, port: number, folder: string): FeedReplica {
  const args = ['--host', '127.0.0.1', '--port', `${port}`, '--kubeconfig', kubeconfig];
  const program = runProgram(PROGRAMS.feed, args, {}, join(folder, `feed-${port}.log`));
  return {
    port,
    program,
    ready: () => untilAnswers(`http://127.0.0.1:${port}/readyz`),
    end: async () => void (await endProgram(program, 5000)),
  };
}

async function untilAnswers(url: string): Promise<void> {
  for (const before = Date.now() + READY_MS; Date.now() < before; await sleep(100)) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${url} did not answer 200 within ${READY_MS / 1000} s`);
}
