import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { selfSigned } from '../../../../http/lib/certificate.ts';
import { recordFigure } from '../../../lib/figures.ts';
import { metacontrollerWrites } from './count.ts';
import {
  close,
  createEnv,
  deleteEnv,
  gone,
  heal,
  type ObservedSystem,
  openCase,
  ready,
  rewrite,
} from './fault-case.ts';
import { isRouted, look } from './sight.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';

const REWRITES = 6;
const AWAY_SECONDS = 14;
/**
 * Maximum number of repair writes of one VirtualService in that time: one at once, and one after each pause of 1, 2, 4
 * and 8 s. In addition, each write of the user may cause two writes of Metacontroller: one for the marks, if the user's
 * write removed them, and one for the routes.
 */
const MOST_REPAIRS = 5;
const MOST_WRITES = 2 * REWRITES + MOST_REPAIRS;

/** Faults in which the API server cannot reach the admission webhook. */
export function webhookFaults(observed: LazyTheatre): void {
  oneByOne(
    'the webhook is down while VirtualServices are rewritten and envs are created and deleted',
    async () => away(await observed.get()),
  );
  oneByOne("the webhook's certificate is rotated", async () => rotated(await observed.get()));
}

async function away(observed: ObservedSystem): Promise<void> {
  const { service, cluster, strategy } = observed;
  const open = (name: string) => openCase(observed, name);
  // A rewrite without the webhook removes the env's routes. `stuck` is not rewritten, so the system must remove its
  // routes when the webhook is back.
  const [staying, coming, leaving, stuck] = [
    await open('staying'),
    await open('coming'),
    await open('leaving'),
    await open('stuck'),
  ];
  const living = [staying, leaving, stuck];
  for (const faultCase of living) await createEnv(faultCase);
  for (const faultCase of living) await ready(faultCase);
  const back = await service.loseWebhook();
  const start = new Date();
  await createEnv(coming);
  for (const faultCase of [leaving, stuck]) await deleteEnv(faultCase);
  for (let written = 0; written < REWRITES; written += 1) {
    await Promise.all([staying, coming, leaving].map(rewrite));
    await sleep(500);
  }
  const rest = new Date();
  await sleep(AWAY_SECONDS * 1000);
  for (const { env } of [staying, coming, leaving, stuck]) {
    const writes = (since: Date) =>
      metacontrollerWrites(cluster, { resource: 'virtualservices', namespace: env, since });
    const [all, last] = [await writes(start), await writes(rest)];
    const what = `webhook away, env ${env}: writes of its VirtualService by Metacontroller`;
    const value = `${all}, of these ${last} in the last ${AWAY_SECONDS} s`;
    recordFigure({ what, strategy, value });
    expect(last).toBeLessThanOrEqual(MOST_REPAIRS);
    expect(all).toBeLessThanOrEqual(MOST_WRITES);
  }
  expect(isRouted(await look(stuck.api, stuck.env, stuck.env), stuck.env)).toBe(true);
  await back();
  await Promise.all([
    heal(staying, 'webhook away, env staying', ready(staying)),
    heal(coming, 'webhook away, env coming', ready(coming)),
    heal(leaving, 'webhook away, env leaving', gone(leaving)),
    heal(stuck, 'webhook away, env leaving a VirtualService that nobody writes', gone(stuck)),
  ]);
  for (const faultCase of [staying, coming]) await deleteEnv(faultCase);
  for (const faultCase of [staying, coming, leaving, stuck]) await close(faultCase);
}

async function rotated(observed: ObservedSystem): Promise<void> {
  const { service } = observed;
  const faultCase = await openCase(observed, 'rotated');
  const { api, env } = faultCase;
  await createEnv(faultCase);
  await ready(faultCase);
  const isKept = async () => isRouted(await look(api, env, env), env);
  const second = selfSigned(new URL(service.admission.url).hostname);
  let third: string | undefined;
  try {
    // The API server trusts the second certificate before the webhook uses it: no call of the webhook fails.
    await trust(observed, service.admission.ca + second.cert);
    await use(observed, second);
    await rewrite(faultCase);
    expect(await isKept()).toBe(true);
    // The webhook uses the third certificate before the API server trusts it.
    third = await use(observed);
    await rewrite(faultCase);
    expect(await isKept()).toBe(false);
  } finally {
    // The following tests need a working webhook, even if this test failed.
    await trust(observed, third ?? (await use(observed)));
  }
  await heal(faultCase, 'certificate rotated before the API server trusts it', ready(faultCase));
  await rewrite(faultCase);
  expect(await isKept()).toBe(true);
  await deleteEnv(faultCase);
  await close(faultCase);
}

/**
 * Gives the webhook another certificate. Closes all connections: clients must connect again, and get the new
 * certificate. Returns the certificate.
 */
async function use({ service }: ObservedSystem, pair?: Pair): Promise<string> {
  const reopen = await service.loseWebhook();
  const ca = service.rotateCertificate(pair);
  await reopen();
  return ca;
}

type Pair = ReturnType<typeof selfSigned>;

async function trust({ cluster }: ObservedSystem, ca: string): Promise<void> {
  const caBundle = Buffer.from(ca).toString('base64');
  const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value: caBundle }];
  await cluster.kubectl([
    ...['patch', 'mutatingwebhookconfiguration', 'dynamicenv', '--type=json'],
    `--patch=${JSON.stringify(patch)}`,
  ]);
  // The API server needs a moment to read the changed webhook configuration.
  await sleep(1000);
}
