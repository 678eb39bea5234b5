import { createEnv, deleteEnv, type FaultCase, reach, ready } from './fault-case.ts';
import { imageOf, isActive, isDraining, isRouted, isStarted } from './sight.ts';

/** Ends the fault that keeps an env in its phase. */
type Release = () => unknown;

export interface Phase {
  /** Creates an env, and brings it into the phase. Returns while the phase still lasts. */
  enter(faultCase: FaultCase): Promise<Release | undefined>;
  /** The state that the env must reach at the end: Ready with this image, or removed. */
  end: { image: string } | 'gone';
}

const SERVES = { image: 'backend:2' };
const ROUTES = '/route-injection/sync';

/** The phases of an env's life. A phase that lasts only milliseconds is kept open by a fault. */
export const PHASES: Record<string, Phase> = {
  created: { enter: async (faultCase) => void (await createEnv(faultCase)), end: SERVES },
  starting: {
    enter: async (faultCase) => {
      const release = faultCase.observed.pods.failPods(`${faultCase.env}/backend-${faultCase.env}`);
      await createEnv(faultCase);
      await reach(faultCase, 'starting', (sight) => sight.clone !== undefined && !isStarted(sight));
      return release;
    },
    end: SERVES,
  },
  settling: {
    enter: async (faultCase) => {
      await createEnv(faultCase);
      await reach(faultCase, 'settling', (sight) => isStarted(sight) && !isActive(sight));
      return undefined;
    },
    end: SERVES,
  },
  activated: {
    enter: async (faultCase) => {
      const release = faultCase.observed.service.failHook(ROUTES, { mode: 'error' });
      await createEnv(faultCase);
      const isReached = (sight: Parameters<typeof isActive>[0]) =>
        isActive(sight) && !isRouted(sight, faultCase.env);
      await reach(faultCase, 'activated', isReached);
      return release;
    },
    end: SERVES,
  },
  serving: {
    enter: async (faultCase) => {
      await createEnv(faultCase);
      await ready(faultCase);
      return undefined;
    },
    end: SERVES,
  },
  updating: {
    enter: async (faultCase) => {
      await createEnv(faultCase);
      await ready(faultCase);
      const release = faultCase.observed.pods.failPods(`${faultCase.env}/backend-${faultCase.env}`);
      await createEnv(faultCase, 'backend:3');
      await reach(faultCase, 'updating', (sight) => imageOf(sight) === 'backend:3');
      return release;
    },
    end: { image: 'backend:3' },
  },
  leaving: {
    enter: async (faultCase) => {
      await createEnv(faultCase);
      await ready(faultCase);
      const release = faultCase.observed.service.failHook(ROUTES, { mode: 'error' });
      await deleteEnv(faultCase);
      const isReached = (sight: Parameters<typeof isActive>[0]) =>
        !isActive(sight) && isRouted(sight, faultCase.env);
      await reach(faultCase, 'leaving', isReached);
      return release;
    },
    end: 'gone',
  },
  draining: {
    enter: async (faultCase) => {
      await createEnv(faultCase);
      await ready(faultCase);
      await deleteEnv(faultCase);
      await reach(
        faultCase,
        'draining',
        (sight) => isDraining(sight) && !isRouted(sight, faultCase.env),
      );
      return undefined;
    },
    end: 'gone',
  },
};
