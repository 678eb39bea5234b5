import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import type { Access } from '../control-plane/api.ts';
import { findBinaries } from '../control-plane/binaries.ts';
import { command } from '../control-plane/commands.ts';
import { type Cluster, openCluster } from '../control-plane/control-plane.ts';
import { installCrds } from '../control-plane/crds.ts';
import { NODE } from '../control-plane/node.ts';
import { startPods } from '../control-plane/pods.ts';
import { startService } from './service.ts';
import { install, type Stage } from './system.ts';

const NEEDED = [
  'virtualservices.networking.istio.io',
  'destinationrules.networking.istio.io',
  'compositecontrollers.metacontroller.k8s.io',
  'decoratorcontrollers.metacontroller.k8s.io',
  'controllerrevisions.metacontroller.k8s.io',
];

/** Path of the kubeconfig in `E2E_KUBECONFIG`, whose cluster the suite then uses instead of its own control planes. */
export function foreignKubeconfig(): string | undefined {
  const file = process.env['E2E_KUBECONFIG'] ?? '';
  return file === '' ? undefined : file;
}

/**
 * Prepares the cluster of a kubeconfig, on which Istio's CustomResourceDefinitions and Metacontroller (with `strategy`)
 * are installed. Installs our definitions, controllers and webhook; `stop` removes controllers and webhook. The service
 * listens on `E2E_SERVICE_ADDRESS`: the cluster must reach this machine at that address. The nodes must be cordoned,
 * because the suite simulates the kubelet, and no real pods may start.
 */
export async function openForeign(kubeconfig: string, strategy: ApplyStrategy): Promise<Stage> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const binaries = await findBinaries(say);
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-e2e-'));
  const kubectl = command(binaries.programs.kubectl, { KUBECONFIG: kubeconfig });
  const access = accessOf(await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']));
  const cluster = await openCluster(access, folder, binaries, kubeconfig);
  await mustFit(cluster);
  await installCrds(cluster, 'dynamicenv');
  const address = process.env['E2E_SERVICE_ADDRESS'] ?? '127.0.0.1';
  const service = await startService(decisionConfig({}), address);
  const uninstall = await install(cluster, service, MERGE_GROUPS);
  const pods = await startPods(cluster.api);
  const stop = async () => {
    pods.stop();
    await uninstall();
    await service.stop();
    cluster.api.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { cluster, pods, service, strategy, stop };
}

interface KubeconfigView {
  clusters: { cluster: { server: string; 'certificate-authority-data'?: string } }[];
  users: {
    user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string };
  }[];
}

function accessOf(view: string): Access {
  const { clusters, users } = JSON.parse(view) as KubeconfigView;
  const { server = '', 'certificate-authority-data': ca } = clusters[0]?.cluster ?? {};
  const user = users[0]?.user ?? {};
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = user;
  const isComplete = ca !== undefined && (token !== undefined || (cert && key) !== undefined);
  if (!isComplete) {
    throw new Error(
      'E2E_KUBECONFIG: needs certificate-authority-data, and a token or client-certificate-data and client-key-data',
    );
  }
  const plain = (text: string) => Buffer.from(text, 'base64').toString();
  if (token !== undefined) return { url: server, ca: plain(ca), token };
  return { url: server, ca: plain(ca), cert: plain(cert ?? ''), key: plain(key ?? '') };
}

interface Names {
  items: { metadata: { name: string }; spec: { unschedulable?: boolean } }[];
}

/** Throws an error that says what to do if scenarios cannot run on the cluster. */
async function mustFit({ api }: Cluster): Promise<void> {
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const present = (await api.call<Names>('GET', crds)).items.map(({ metadata }) => metadata.name);
  const missing = NEEDED.filter((name) => !present.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `E2E_KUBECONFIG: the cluster lacks ${missing.join(', ')}: install Istio's CRDs and Metacontroller`,
    );
  }
  const nodes = (await api.call<Names>('GET', '/api/v1/nodes')).items
    .filter(({ metadata, spec }) => metadata.name !== NODE && spec.unschedulable !== true)
    .map(({ metadata }) => metadata.name);
  if (nodes.length === 0) return;
  throw new Error(
    `E2E_KUBECONFIG: the images in scenarios do not exist, and the suite itself marks pods Ready; run kubectl cordon ${nodes.join(' ')}`,
  );
}
