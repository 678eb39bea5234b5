import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, type Api, createApi } from './api.ts';
import { AUDIT_POLICY, type AuditEvent, readAuditLog } from './audit.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { type Command, command } from './commands.ts';
import { ADMIN, CONTROLLER_MANAGER, type Users, writeCredentials } from './credentials.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags } from './flags.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { problem, until } from './poll.ts';
import { freePorts } from './ports.ts';
import { type Running, startProcess } from './process.ts';

export interface ControlPlaneOptions {
  /** Users with a token of their own, and their groups; `admin` is there anyway. */
  users?: Users;
  /** Where progress is told. Default: standard error. */
  say?: (line: string) => void;
}

/** A cluster as the suites use it: this one's own, or any other (`E2E_KUBECONFIG`). */
export interface Cluster {
  /** Path of the administrator's kubeconfig. */
  kubeconfig: string;
  access: Access;
  /** The administrator's client. */
  api: Api;
  /** As the administrator; `--as` and `--as-group` make it anybody. */
  kubectl: Command;
  helm: Command;
  helm3: Command;
  /** A kubeconfig for somebody with this token. */
  kubeconfigFor(name: string, token: string): Promise<string>;
  binaries: Binaries;
  /** Temporary folder of this run. */
  folder: string;
}

export interface ControlPlane extends Cluster {
  /** Token of each user. */
  tokens: Readonly<Record<string, string>>;
  /** All that was answered so far. */
  auditLog(): Promise<AuditEvent[]>;
  /** Kills the API server and starts it again: same address, same certificate. */
  restartApiServer(): Promise<void>;
  /** Kills everything and removes the folder. */
  stop(): Promise<void>;
}

const START_SECONDS = 120;

/**
 * etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, everything they keep in one temporary
 * folder. They end with this process at the latest.
 */
export async function startControlPlane({
  users = {},
  say = (line) => process.stderr.write(`${line}\n`),
}: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = await findBinaries(say);
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-e2e-'));
  const tokens = await writeCredentials(folder, users);
  await writeFile(join(folder, 'audit-policy.json'), JSON.stringify(AUDIT_POLICY));
  await mkdir(join(folder, 'certificates'));
  const [etcd = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
  const ports = { etcd, etcdPeer, apiServer };
  const { programs } = binaries;
  // It starts first and ends last: whatever becomes of this process, nothing of the folder is left.
  const etcdProcess = startProcess('etcd', programs.etcd, etcdFlags(folder, ports), folder, {
    ownsFolder: true,
  });
  const running: Running[] = [];
  const startApiServer = () =>
    startProcess(
      'kube-apiserver',
      programs['kube-apiserver'],
      apiServerFlags(folder, ports),
      folder,
    );
  let server = startApiServer();
  const stop = async () => {
    await Promise.all([...running, server].map((program) => program.stop()));
    await etcdProcess.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ca = await certificate(folder, server);
    const access = { url: `https://127.0.0.1:${apiServer}`, ca, token: tokens[ADMIN] ?? '' };
    const cluster = await openCluster(access, folder, binaries);
    await ready(cluster.api, server);
    const manager = { ...access, token: tokens[CONTROLLER_MANAGER] ?? '' };
    const config = await writeKubeconfig(join(folder, 'controller-manager.json'), manager);
    const flags = controllerManagerFlags(folder, config);
    const program = programs['kube-controller-manager'];
    const controllers = startProcess('kube-controller-manager', program, flags, folder);
    running.push(controllers);
    await controlled(cluster.api, controllers);
    return {
      ...cluster,
      tokens,
      auditLog: () => readAuditLog(join(folder, 'audit.log')),
      restartApiServer: async () => {
        await server.stop();
        server = startApiServer();
        await ready(cluster.api, server);
      },
      stop: async () => {
        cluster.api.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The tools for a cluster that runs; kubectl and helm get caches of their own, which no other run has filled. `given`: the
 * administrator's kubeconfig, when there is one.
 */
export async function openCluster(
  access: Access,
  folder: string,
  binaries: Binaries,
  given?: string,
): Promise<Cluster> {
  const kubeconfig = given ?? (await writeKubeconfig(join(folder, 'admin.json'), access));
  const cache = join(folder, 'kube-cache');
  const helmEnv = {
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: join(folder, 'helm', 'cache'),
    HELM_CONFIG_HOME: join(folder, 'helm', 'config'),
    HELM_DATA_HOME: join(folder, 'helm', 'data'),
    // Both Helms keep discovery in kubectl's place.
    KUBECACHEDIR: cache,
    HOME: folder,
  };
  const { programs } = binaries;
  return {
    kubeconfig,
    access,
    api: createApi(access),
    kubectl: command(programs.kubectl, { KUBECONFIG: kubeconfig, KUBECACHEDIR: cache }),
    helm: command(programs.helm, helmEnv),
    helm3: command(programs.helm3, helmEnv),
    kubeconfigFor: (name, token) =>
      writeKubeconfig(join(folder, `${name}.json`), { ...access, token }),
    binaries,
    folder,
  };
}

/** The certificate that the API server made for itself; it holds its own authority's, too. */
async function certificate(folder: string, server: Running): Promise<string> {
  const file = join(folder, 'certificates', 'apiserver.crt');
  let pem = '';
  await until(START_SECONDS, async () => {
    await mustRun(server);
    pem = await readFile(file, 'utf8').catch(() => '');
    return pem.trimEnd().endsWith('-----END CERTIFICATE-----') ? undefined : 'no certificate yet';
  });
  return pem;
}

async function ready(api: Api, server: Running): Promise<void> {
  await until(START_SECONDS, async () => {
    await mustRun(server);
    // kube-controller-manager gives up after ten seconds without /healthz.
    return problem(api.call('GET', '/healthz').then(() => api.call('GET', '/readyz')));
  });
}

/** Namespaces get their service account when controllers work. */
async function controlled(api: Api, manager: Running): Promise<void> {
  await until(START_SECONDS, async () => {
    await mustRun(manager);
    return problem(api.call('GET', '/api/v1/namespaces/default/serviceaccounts/default'));
  });
}

async function mustRun(program: Running): Promise<void> {
  if (program.hasEnded()) throw new Error(`${program.name} has ended: ${await program.tail()}`);
}
