import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { go } from './go.ts';

/** Go packages of the programs of a control plane, and of kubectl and Helm, which the suites call. */
const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  helm: 'helm.sh/helm/v4/cmd/helm',
  helm3: 'helm.sh/helm/v3/cmd/helm',
};
const ISTIO_CRDS = 'kubernetes/customresourcedefinitions.gen.yaml';

export type Program = keyof typeof PACKAGES;

export interface Binaries {
  /** Path of each program. */
  programs: Record<Program, string>;
  /** File with Istio's CustomResourceDefinitions. */
  istioCrds: string;
}

/** The folder of go.mod, in which `go` runs. */
const MODULE = new URL('../', import.meta.url);

/**
 * Finds the programs in the folder `KUBEBUILDER_ASSETS` (envtest's convention), and builds the others from the Go
 * modules that go.mod pins. The first build takes minutes. The built programs stay in the user's cache folder, and are
 * used until go.mod or go.sum changes.
 */
export async function findBinaries(say: (line: string) => void): Promise<Binaries> {
  const cache = await cacheFolder();
  const given = process.env['KUBEBUILDER_ASSETS'] ?? '';
  if (given !== '' && !existsSync(given)) {
    throw new Error(`KUBEBUILDER_ASSETS names ${given}, which does not exist`);
  }
  await mkdir(cache, { recursive: true });
  const names = Object.keys(PACKAGES) as Program[];
  const missing: Program[] = [];
  const programs = Object.fromEntries(
    names.map((name) => {
      const asset = join(given, name);
      if (given !== '' && existsSync(asset)) return [name, asset];
      const built = join(cache, name);
      if (!existsSync(built)) missing.push(name);
      return [name, built];
    }),
  ) as Record<Program, string>;
  if (missing.length > 0) await build(missing, cache, given, say);
  const istioCrds = join(cache, 'istio-crds.yaml');
  if (!existsSync(istioCrds)) await copyIstioCrds(istioCrds);
  return { programs, istioCrds };
}

async function cacheFolder(): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(new URL(file, MODULE)));
  const root = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(root, 'dynamicenv-e2e', hash.digest('hex').slice(0, 16));
}

async function build(
  names: readonly Program[],
  cache: string,
  given: string,
  say: (line: string) => void,
): Promise<void> {
  if (given !== '') say(`not in KUBEBUILDER_ASSETS: ${names.join(', ')}`);
  say(
    `building ${names.join(', ')} from Go modules: minutes the first time, then kept in ${cache}`,
  );
  const flags = await linkerFlags();
  // Each program is built in a temporary folder and then renamed: another run, at the same time, must not find an
  // incomplete file.
  const folder = await mkdtemp(join(cache, 'building-'));
  try {
    for (const [index, name] of names.entries()) {
      const place = `${name} (${index + 1} of ${names.length})`;
      const file = join(folder, name);
      await go(['build', '-ldflags', flags, '-o', file, PACKAGES[name]], MODULE, place, say);
      await rename(file, join(cache, name));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Sets the version of Kubernetes' programs. Without these flags they report v0.0.0, which clients refuse. */
async function linkerFlags(): Promise<string> {
  const [, version, major, minor] =
    /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(
      await readFile(new URL('go.mod', MODULE), 'utf8'),
    ) ?? [];
  const at = 'k8s.io/component-base/version';
  return `-s -w -X ${at}.gitVersion=${version} -X ${at}.gitMajor=${major} -X ${at}.gitMinor=${minor}`;
}

async function copyIstioCrds(file: string): Promise<void> {
  await go(['mod', 'download', 'istio.io/api'], MODULE);
  const folder = (await go(['list', '-m', '-f', '{{.Dir}}', 'istio.io/api'], MODULE)).trim();
  await copyFile(join(folder, ISTIO_CRDS), `${file}.${process.pid}`);
  await rename(`${file}.${process.pid}`, file);
}
