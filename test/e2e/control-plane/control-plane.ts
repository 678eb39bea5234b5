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
  /** Users that get a token, with their groups. The user `admin` always exists. */
  users?: Users;
  /** Receives progress messages. Default: writes them to standard error. */
  say?: (line: string) => void;
}

/** A cluster on which a suite runs: a control plane that the suite started, or the cluster of `E2E_KUBECONFIG`. */
export interface Cluster {
  /** Path of the administrator's kubeconfig. */
  kubeconfig: string;
  access: Access;
  /** The administrator's client. */
  api: Api;
  /** kubectl as the administrator. The flags `--as` and `--as-group` impersonate another user. */
  kubectl: Command;
  helm: Command;
  helm3: Command;
  /** Writes a kubeconfig with this token. Returns its path. */
  kubeconfigFor(name: string, token: string): Promise<string>;
  binaries: Binaries;
  /** Temporary folder of this run. */
  folder: string;
}

export interface ControlPlane extends Cluster {
  /** Token of each user. */
  tokens: Readonly<Record<string, string>>;
  /** Audit events of all requests that have ended so far. */
  auditLog(): Promise<AuditEvent[]>;
  /** Kills the API server and starts it again, with the same address and the same certificate. */
  restartApiServer(): Promise<void>;
  /** Kills everything and removes the folder. */
  stop(): Promise<void>;
}

const START_SECONDS = 120;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, with all their data in one
 * temporary folder. They end when this process ends, or earlier with `stop`.
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
  // etcd starts first and ends last. Its end removes the folder, also when this process was killed.
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
 * kubectl, Helm and a client for a cluster that runs already. kubectl and Helm use empty cache folders, so that no
 * earlier run has an effect. `given` is the path of the administrator's kubeconfig; without it, one is written from
 * `access`.
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
    // Helm 3 and Helm 4 store discovery data in kubectl's cache folder.
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

/** Waits for the certificate that the API server creates at its start. The file also contains the CA certificate. */
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
    // kube-controller-manager exits if /healthz does not answer within ten seconds.
    return problem(api.call('GET', '/healthz').then(() => api.call('GET', '/readyz')));
  });
}

/** Waits until the controllers work: then the namespace `default` has its service account. */
async function controlled(api: Api, manager: Running): Promise<void> {
  await until(START_SECONDS, async () => {
    await mustRun(manager);
    return problem(api.call('GET', '/api/v1/namespaces/default/serviceaccounts/default'));
  });
}

async function mustRun(program: Running): Promise<void> {
  if (program.hasEnded()) throw new Error(`${program.name} has ended: ${await program.tail()}`);
}
