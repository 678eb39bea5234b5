import { imageOf, isActive, isDraining, isRouted, isStarted } from './sight.ts';
import { createEnv, deleteEnv, reach, ready, type Stage } from './stage.ts';

/** Ends what keeps a phase from being over at once. */
type Release = () => unknown;

export interface Phase {
  /** Of a living env: how the env gets there. Ends in the midst of the phase. */
  enter(stage: Stage): Promise<Release | undefined>;
  /** What the env comes to, if nothing is lost: it serves with this image, or is gone. */
  end: { image: string } | 'gone';
}

const SERVES = { image: 'backend:2' };
const ROUTES = '/route-injection/sync';

/** An env's life. Phases of a few milliseconds are held open. */
export const PHASES: Record<string, Phase> = {
  created: { enter: async (stage) => void (await createEnv(stage)), end: SERVES },
  starting: {
    enter: async (stage) => {
      const release = stage.theatre.pods.failPods(`${stage.env}/backend-${stage.env}`);
      await createEnv(stage);
      await reach(stage, 'starting', (sight) => sight.clone !== undefined && !isStarted(sight));
      return release;
    },
    end: SERVES,
  },
  settling: {
    enter: async (stage) => {
      await createEnv(stage);
      await reach(stage, 'settling', (sight) => isStarted(sight) && !isActive(sight));
      return undefined;
    },
    end: SERVES,
  },
  activated: {
    enter: async (stage) => {
      const release = stage.theatre.service.failHook(ROUTES, { mode: 'error' });
      await createEnv(stage);
      const isReached = (sight: Parameters<typeof isActive>[0]) =>
        isActive(sight) && !isRouted(sight, stage.env);
      await reach(stage, 'activated', isReached);
      return release;
    },
    end: SERVES,
  },
  serving: {
    enter: async (stage) => {
      await createEnv(stage);
      await ready(stage);
      return undefined;
    },
    end: SERVES,
  },
  updating: {
    enter: async (stage) => {
      await createEnv(stage);
      await ready(stage);
      const release = stage.theatre.pods.failPods(`${stage.env}/backend-${stage.env}`);
      await createEnv(stage, 'backend:3');
      await reach(stage, 'updating', (sight) => imageOf(sight) === 'backend:3');
      return release;
    },
    end: { image: 'backend:3' },
  },
  leaving: {
    enter: async (stage) => {
      await createEnv(stage);
      await ready(stage);
      const release = stage.theatre.service.failHook(ROUTES, { mode: 'error' });
      await deleteEnv(stage);
      const isReached = (sight: Parameters<typeof isActive>[0]) =>
        !isActive(sight) && isRouted(sight, stage.env);
      await reach(stage, 'leaving', isReached);
      return release;
    },
    end: 'gone',
  },
  draining: {
    enter: async (stage) => {
      await createEnv(stage);
      await ready(stage);
      await deleteEnv(stage);
      await reach(stage, 'draining', (sight) => isDraining(sight) && !isRouted(sight, stage.env));
      return undefined;
    },
    end: 'gone',
  },
};
