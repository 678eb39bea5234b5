import { createEnv, deleteEnv, reach, ready, type Scene } from './scene.ts';
import { imageOf, isActive, isDraining, isRouted, isStarted } from './sight.ts';

/** Ends what keeps a phase from being over at once. */
type Release = () => unknown;

export interface Phase {
  /** Of a living env: how the env gets there. Ends in the midst of the phase. */
  enter(scene: Scene): Promise<Release | undefined>;
  /** What the env comes to, if nothing is lost: it serves with this image, or is gone. */
  end: { image: string } | 'gone';
}

const SERVES = { image: 'backend:2' };
const ROUTES = '/route-injection/sync';

/** An env's life. Phases of a few milliseconds are held open. */
export const PHASES: Record<string, Phase> = {
  created: { enter: async (scene) => void (await createEnv(scene)), end: SERVES },
  starting: {
    enter: async (scene) => {
      const release = scene.theatre.pods.failPods(`${scene.env}/backend-${scene.env}`);
      await createEnv(scene);
      await reach(scene, 'starting', (sight) => sight.clone !== undefined && !isStarted(sight));
      return release;
    },
    end: SERVES,
  },
  settling: {
    enter: async (scene) => {
      await createEnv(scene);
      await reach(scene, 'settling', (sight) => isStarted(sight) && !isActive(sight));
      return undefined;
    },
    end: SERVES,
  },
  activated: {
    enter: async (scene) => {
      const release = scene.theatre.service.failHook(ROUTES, { mode: 'error' });
      await createEnv(scene);
      const isReached = (sight: Parameters<typeof isActive>[0]) =>
        isActive(sight) && !isRouted(sight, scene.env);
      await reach(scene, 'activated', isReached);
      return release;
    },
    end: SERVES,
  },
  serving: {
    enter: async (scene) => {
      await createEnv(scene);
      await ready(scene);
      return undefined;
    },
    end: SERVES,
  },
  updating: {
    enter: async (scene) => {
      await createEnv(scene);
      await ready(scene);
      const release = scene.theatre.pods.failPods(`${scene.env}/backend-${scene.env}`);
      await createEnv(scene, 'backend:3');
      await reach(scene, 'updating', (sight) => imageOf(sight) === 'backend:3');
      return release;
    },
    end: { image: 'backend:3' },
  },
  leaving: {
    enter: async (scene) => {
      await createEnv(scene);
      await ready(scene);
      const release = scene.theatre.service.failHook(ROUTES, { mode: 'error' });
      await deleteEnv(scene);
      const isReached = (sight: Parameters<typeof isActive>[0]) =>
        !isActive(sight) && isRouted(sight, scene.env);
      await reach(scene, 'leaving', isReached);
      return release;
    },
    end: 'gone',
  },
  draining: {
    enter: async (scene) => {
      await createEnv(scene);
      await ready(scene);
      await deleteEnv(scene);
      await reach(scene, 'draining', (sight) => isDraining(sight) && !isRouted(sight, scene.env));
      return undefined;
    },
    end: 'gone',
  },
};
