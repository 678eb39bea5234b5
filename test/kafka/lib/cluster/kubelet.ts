import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpGet, Pod, PodOptions } from '../../../e2e/control-plane/pods.ts';
import type { ConsumerSettings } from '../consumer-settings.ts';
import { freePorts } from '../ports.ts';
import { endProgram, type Program, runProgram } from '../program.ts';
import { PROGRAMS } from '../programs.ts';

/** Kubernetes' own default of `terminationGracePeriodSeconds`. */
const GRACE_SECONDS = 30;
const PROBE_TIMEOUT_MS = 1000;
const RESTART_MS = 1000;
const PORT = 'DYNAMICENV_PORT';

/** A pod whose container is a process of the suite's service. */
export interface RunningPod {
  name: string;
  /** The ref of the env that it belongs to, or stable. */
  by: string;
  incarnation: string | undefined;
  handledFile: string;
  isGone(): boolean;
  /** What its preStop hook answered. */
  preStop?: string;
}

/** Does for the containers of pods what a kubelet does. Pass `serve` and `started` to startPods. */
export interface Kubelet extends Required<Pick<PodOptions, 'serve' | 'started'>> {
  pods: readonly RunningPod[];
  /** Ends all processes at once. */
  stop(): void;
}

interface Container extends RunningPod {
  hasStarted(): Promise<boolean>;
  probeSeconds: number;
  isRemoved: boolean;
  program: Program;
}

/**
 * Runs a real process for each pod, with the variables of its spec. Startup probe, preStop hook and grace period are those of the
 * spec, too. Only the port is another one, because all pods have the same address here: each gets a free one in
 * DYNAMICENV_PORT, and probe and hook use it. A container that ends is started again.
 */
export function createKubelet(folder: string, say: (line: string) => void): Kubelet {
  const containers = new Map<string, Container>();
  const uidOf = ({ metadata }: Pod) => metadata.uid ?? '';
  return {
    get pods() {
      return [...containers.values()];
    },
    serve: async (pod) => {
      const [port = 0] = await freePorts(1);
      const container = runContainer(pod, port, folder);
      containers.set(uidOf(pod), container);
      say(`pod ${container.name} runs`);
      return async () => {
        say(`pod ${container.name}: ${await end(pod, container, port)}`);
      };
    },
    started: async (pod) => {
      const container = containers.get(uidOf(pod));
      if (container === undefined) return;
      while (!container.isRemoved && !(await container.hasStarted())) {
        await sleep(container.probeSeconds * 1000);
      }
      if (!container.isRemoved) say(`pod ${container.name} has started`);
    },
    stop: () => {
      for (const container of containers.values()) {
        container.isRemoved = true;
        container.program.signal('SIGKILL');
      }
    },
  };
}

function runContainer({ metadata: { name }, spec }: Pod, port: number, folder: string): Container {
  const [{ env = [], startupProbe } = { startupProbe: undefined }] = spec.containers;
  const given = Object.fromEntries(env.map((one) => [one.name, one.value ?? '']));
  const handledFile = join(folder, `${name}.handled`);
  // As if it were a volume of the pod.
  const settings = { ...(JSON.parse(given['CONSUMER'] ?? '{}') as ConsumerSettings), handledFile };
  const variables = {
    ...given,
    CONSUMER: JSON.stringify(settings),
    ...(PORT in given ? { [PORT]: `${port}` } : {}),
  };
  const run = () => runProgram(PROGRAMS.consumer, [], variables, join(folder, `${name}.log`));
  const probe = startupProbe?.httpGet;
  const container: Container = {
    name,
    by: given['DYNAMICENV_REF'] ?? 'stable',
    incarnation: given['DYNAMICENV_INCARNATION'],
    handledFile,
    program: run(),
    isRemoved: false,
    isGone: () => container.isRemoved && !container.program.isRunning(),
    probeSeconds: startupProbe?.periodSeconds ?? 10,
    hasStarted: async () =>
      probe === undefined || (await ask(probe, port, PROBE_TIMEOUT_MS)).startsWith('200'),
  };
  void keepRunning(container, run);
  return container;
}

async function keepRunning(container: Container, run: () => Program): Promise<void> {
  for (;;) {
    await container.program.gone;
    await sleep(RESTART_MS);
    if (container.isRemoved) return;
    container.program = run();
  }
}

/** As for `kubectl delete pod`: preStop, SIGTERM, and SIGKILL when the grace period is over. */
async function end({ spec }: Pod, container: Container, port: number): Promise<string> {
  const graceMs = (spec.terminationGracePeriodSeconds ?? GRACE_SECONDS) * 1000;
  const hook = spec.containers[0]?.lifecycle?.preStop?.httpGet;
  const deadline = Date.now() + graceMs;
  container.isRemoved = true;
  if (hook !== undefined) container.preStop = await ask(hook, port, graceMs);
  const how = await endProgram(container.program, Math.max(1000, deadline - Date.now()));
  return `preStop ${container.preStop ?? 'none'}, SIGTERM, ${how} after ${(Date.now() - deadline + graceMs) / 1000} s`;
}

async function ask({ path = '/' }: HttpGet, port: number, ms: number): Promise<string> {
  const signal = AbortSignal.timeout(ms);
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal });
    return `${answer.status} ${(await answer.text()).trim()}`.trim();
  } catch (error) {
    return `no answer: ${((error as Error).cause as Error | undefined)?.message ?? error}`;
  }
}
