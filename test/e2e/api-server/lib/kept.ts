import type { ControlPlane } from '../../control-plane/control-plane.ts';

let kept: ControlPlane | undefined;

/** Stores the suite's control plane, so that the teardown can stop it. */
export function keep(plane: ControlPlane): void {
  kept = plane;
}

export async function stopKept(): Promise<void> {
  await kept?.stop();
}
