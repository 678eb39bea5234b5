import type { Sample } from './sample.ts';

/**
 * The rows for docs/verified.md. For each settle and drain time they say how many envs lost requests. For all samples
 * together they say which times were too short, and how long Istio needs.
 */
export function sampleRows(samples: ReadonlyMap<number, readonly Sample[]>): [string, string][] {
  const all = [...samples.values()].flat();
  return [
    ...[...samples].map(([seconds, own]): [string, string] => [
      `settle and drain ${seconds} s`,
      [
        `${own.length} envs`,
        `5xx while coming: ${affected(own, 'lostComing')}`,
        `base while Ready: ${affected(own, 'missed')}`,
        `5xx while leaving: ${affected(own, 'lostLeaving')}`,
      ].join('; '),
    ]),
    ['longest time from rule to routes with a 5xx', longest(all, 'settled', 'lostComing')],
    [
      'longest time from routes to Ready with a request to the base',
      longest(all, 'readied', 'missed'),
    ],
    [
      'longest time from the routes’ end to the rule’s with a 5xx',
      longest(all, 'drained', 'lostLeaving'),
    ],
    ['last request to the base after the routes were stored', lags(all, 'comingLag')],
    ['last request to the env after its routes had left', lags(all, 'leavingLag')],
  ];
}

type Loss = 'lostComing' | 'lostLeaving' | 'missed';
type Duration = 'settled' | 'readied' | 'drained';

function affected(of: readonly Sample[], loss: Loss): string {
  const hit = of.filter((one) => one[loss] > 0);
  const requests = hit.reduce((sum, one) => sum + one[loss], 0);
  return hit.length === 0 ? 'none' : `${requests} requests of ${hit.length} envs`;
}

/** The longest measured duration with lost requests, and the next longer duration, which had none. */
function longest(of: readonly Sample[], duration: Duration, loss: Loss): string {
  const bad = Math.max(...of.filter((one) => one[loss] > 0).map((one) => one[duration]));
  if (bad === Number.NEGATIVE_INFINITY) return 'none';
  const longer = of.map((one) => one[duration]).filter((one) => one > bad);
  const next = longer.length === 0 ? 'none longer' : `then ${seconds(Math.min(...longer))} held`;
  return `${seconds(bad)} (${next})`;
}

function lags(of: readonly Sample[], lag: 'comingLag' | 'leavingLag'): string {
  const sorted = of.map((one) => one[lag]).sort((one, other) => one - other);
  const middle = sorted[sorted.length >> 1] ?? Number.NaN;
  return `${seconds(middle)}, at most ${seconds(sorted.at(-1) ?? Number.NaN)}`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
