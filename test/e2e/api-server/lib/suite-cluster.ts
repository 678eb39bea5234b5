import { readFile } from 'node:fs/promises';
import { type Cluster, openCluster } from '../../control-plane/control-plane.ts';

/** The suite's control plane, as a test file uses it. Objects of all files meet here: use namespaces of your own. */
export async function suiteCluster(): Promise<Cluster> {
  const file = process.env['E2E_SUITE_CLUSTER'];
  if (file === undefined) throw new Error('run it with npm run test:e2e, which starts a cluster');
  const { access, folder, binaries } = JSON.parse(await readFile(file, 'utf8'));
  return openCluster(access, folder, binaries);
}
