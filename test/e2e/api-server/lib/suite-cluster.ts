import { readFile } from 'node:fs/promises';
import { type Cluster, openCluster } from '../../control-plane/control-plane.ts';

/** The suite's control plane, for a test file. All test files use it: each must use its own namespaces. */
export async function suiteCluster(): Promise<Cluster> {
  const file = process.env['E2E_SUITE_CLUSTER'];
  if (file === undefined)
    throw new Error(
      'E2E_SUITE_CLUSTER is not set: run the tests with npm run test:e2e, which starts the cluster',
    );
  const { access, folder, binaries } = JSON.parse(await readFile(file, 'utf8'));
  return openCluster(access, folder, binaries);
}
