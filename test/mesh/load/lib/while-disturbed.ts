import { disturb } from './disturb.ts';
import { startTool } from './gitops.ts';
import type { Scene } from './scene.ts';

/**
 * Runs `live` while the cluster is disturbed (see `disturb`) and a GitOps tool writes the VirtualService. `told`: how often each
 * disturbance happened, for a figure. `written`: see `startTool`.
 */
export async function whileDisturbed<T>(
  scene: Scene,
  live: () => Promise<T>,
  written?: Parameters<typeof startTool>[1],
): Promise<{ result: T; told: string }> {
  const tool = startTool(scene.cluster, written);
  let isOver = false;
  const disturbing = disturb(scene, tool, () => isOver);
  const result = await live();
  isOver = true;
  const done = await disturbing;
  await tool.stop();
  const times = Object.entries(done).map(([what, count]) => `${what} ${count} times`);
  return { result, told: `${times.join(', ')}; ${tool.writes()} writes of the VirtualService` };
}
