import type { ControlPlane } from '../../control-plane/control-plane.ts';

let kept: ControlPlane | undefined;

/** Remembers the suite's control plane for the end. */
export function keep(plane: ControlPlane): void {
  kept = plane;
}

export async function stopKept(): Promise<void> {
  await kept?.stop();
}
