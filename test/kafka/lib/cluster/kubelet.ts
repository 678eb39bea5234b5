import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpGet, Pod, PodOptions } from '../../../e2e/control-plane/pods.ts';
import type { ConsumerSettings } from '../consumer-settings.ts';
import { freePorts } from '../ports.ts';
import { endProgram, type Program, runProgram } from '../program.ts';

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
  /** What a probe or hook gets. */
  call(http: HttpGet, ms: number): Promise<string>;
}

export interface KubeletOptions {
  /** The program of every container. */
  file: string;
  /** For output, and for the files of handled messages. */
  folder: string;
  say(line: string): void;
}

/**
 * Runs a real process for each pod, with the variables of its spec, POD_IP and IMAGE. Startup probe, preStop hook and grace period are those of
 * the spec, too. Only DYNAMICENV_PORT is another one, because all pods are on one machine, and the library listens on all of its
 * addresses: each pod gets a free port, and probe and hook use it. A container that ends is started again.
 */
export function createKubelet({ file, folder, say }: KubeletOptions): Kubelet {
  const containers = new Map<string, Container>();
  const uidOf = ({ metadata }: Pod) => metadata.uid ?? '';
  return {
    get pods() {
      return [...containers.values()];
    },
    serve: async (pod, address) => {
      const [port = 0] = await freePorts(1);
      const container = runContainer(pod, { file, folder, address, port });
      containers.set(uidOf(pod), container);
      say(`pod ${container.name} runs`);
      return async () => {
        say(`pod ${container.name}: ${await end(pod, container)}`);
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

interface Place {
  file: string;
  folder: string;
  address: string;
  port: number;
}

function runContainer(pod: Pod, { file, folder, address, port }: Place): Container {
  const { name } = pod.metadata;
  const [first] = pod.spec.containers;
  const given = Object.fromEntries((first?.env ?? []).map((one) => [one.name, one.value ?? '']));
  const handledFile = join(folder, `${name}.handled`);
  // As if it were a volume of the pod.
  const settings = { ...(JSON.parse(given['CONSUMER'] ?? '{}') as ConsumerSettings), handledFile };
  const variables = {
    ...given,
    ...{ POD_IP: address, IMAGE: first?.image ?? '' },
    CONSUMER: JSON.stringify(settings),
    ...(PORT in given ? { [PORT]: `${port}` } : {}),
  };
  const run = () => runProgram(file, [], variables, join(folder, `${name}.log`));
  const call = (http: HttpGet, ms: number) => {
    const at = `${http.port}` === given[PORT] ? `127.0.0.1:${port}` : `${address}:${http.port}`;
    return ask(`http://${at}${http.path ?? '/'}`, ms);
  };
  const probe = first?.startupProbe?.httpGet;
  const container: Container = {
    name,
    by: given['DYNAMICENV_REF'] ?? 'stable',
    incarnation: given['DYNAMICENV_INCARNATION'],
    handledFile,
    program: run(),
    isRemoved: false,
    isGone: () => container.isRemoved && !container.program.isRunning(),
    probeSeconds: first?.startupProbe?.periodSeconds ?? 10,
    hasStarted: async () =>
      probe === undefined || (await call(probe, PROBE_TIMEOUT_MS)).startsWith('200'),
    call,
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
async function end({ spec }: Pod, container: Container): Promise<string> {
  const graceMs = (spec.terminationGracePeriodSeconds ?? GRACE_SECONDS) * 1000;
  const hook = spec.containers[0]?.lifecycle?.preStop?.httpGet;
  const deadline = Date.now() + graceMs;
  container.isRemoved = true;
  if (hook !== undefined) container.preStop = await container.call(hook, graceMs);
  const how = await endProgram(container.program, Math.max(1000, deadline - Date.now()));
  return `preStop ${container.preStop ?? 'none'}, SIGTERM, ${how} after ${(Date.now() - deadline + graceMs) / 1000} s`;
}

async function ask(url: string, ms: number): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ms) });
    return `${answer.status} ${(await answer.text()).trim()}`.trim();
  } catch (error) {
    return `no answer: ${((error as Error).cause as Error | undefined)?.message ?? error}`;
  }
}
