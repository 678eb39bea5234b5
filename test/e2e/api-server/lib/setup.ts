import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../../control-plane/control-plane.ts';
import { installCrds } from '../../control-plane/crds.ts';
import { keep } from './kept.ts';

/** One control plane for the whole API server suite, with Istio's kinds and ours. */
// biome-ignore lint/style/noDefaultExport: Jest requires a default export
export default async function setup(): Promise<void> {
  const plane: ControlPlane = await startControlPlane();
  keep(plane);
  await installCrds(plane, 'istio', 'dynamicenv');
  const shared = { access: plane.access, binaries: plane.binaries, folder: plane.folder };
  const file = join(plane.folder, 'shared.json');
  await writeFile(file, JSON.stringify(shared), { mode: 0o600 });
  // Test files run in child processes, which inherit the environment of this process.
  process.env['E2E_SUITE_CLUSTER'] = file;
}
