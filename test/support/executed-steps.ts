import { Session } from 'node:inspector';
import { afterAll, beforeAll } from '@jest/globals';

interface Coverage {
  result: {
    url: string;
    functions: { ranges: { count: number }[] }[];
  }[];
}

/**
 * Counts the code blocks of `src` that the tests of a file execute: unlike a time, their number does not depend on the load of the
 * machine. The function answers how many there were since its last call.
 */
export function executedSteps(): () => number {
  const session = new Session();
  beforeAll(() => {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  });
  afterAll(() => {
    session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  });
  return () => {
    let sum = 0;
    session.post('Profiler.takePreciseCoverage', (_error, coverage) => {
      sum = stepsIn(coverage as unknown as Coverage);
    });
    return sum;
  };
}

function stepsIn({ result }: Coverage): number {
  const counts = result
    .filter(({ url }) => url.includes('/src/'))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .map(({ count }) => count);
  return counts.reduce((sum, count) => sum + count, 0);
}
