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
  openScene,
  ready,
  rewrite,
  type Theatre,
} from './scene.ts';
import { isRouted, look } from './sight.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';

const REWRITES = 6;
const AWAY_SECONDS = 15;
/**
 * What a VirtualService may cost in that time: after each of the user's writes the marks, where that took them away, and
 * the routes; and repairs with doubling pauses (at once, then after 1, 2, 4, 8 s).
 */
const MOST_WRITES = 2 * REWRITES + 5;

/** What happens when the API server cannot reach the admission webhook. */
export function webhookFaults(theatre: LazyTheatre): void {
  oneByOne(
    'the webhook is away while VirtualServices are rewritten and envs come and go',
    async () => away(await theatre.get()),
  );
  oneByOne("the webhook's certificate is rotated", async () => rotated(await theatre.get()));
}

async function away(theatre: Theatre): Promise<void> {
  const { service, cluster, strategy } = theatre;
  const [staying, coming, leaving] = await Promise.all(
    ['staying', 'coming', 'leaving'].map((name) => openScene(theatre, name)),
  );
  if (!staying || !coming || !leaving) throw new Error('three scenes were opened');
  for (const scene of [staying, leaving]) await createEnv(scene);
  for (const scene of [staying, leaving]) await ready(scene);
  const back = await service.loseWebhook();
  const since = new Date();
  await createEnv(coming);
  await deleteEnv(leaving);
  for (let written = 0; written < REWRITES; written += 1) {
    await Promise.all([staying, coming, leaving].map(rewrite));
    await sleep(500);
  }
  await sleep(AWAY_SECONDS * 1000 - (Date.now() - since.getTime()));
  for (const { env } of [staying, coming, leaving]) {
    const counted = { resource: 'virtualservices', namespace: env, since };
    const value = await metacontrollerWrites(cluster, counted);
    const what = `webhook away ${AWAY_SECONDS} s, env ${env}, ${REWRITES} rewrites: writes by Metacontroller`;
    recordFigure({ what, strategy, value: String(value) });
    expect(value).toBeLessThanOrEqual(MOST_WRITES);
  }
  await back();
  await Promise.all([
    heal(staying, 'webhook was away, env staying', ready(staying)),
    heal(coming, 'webhook was away, env coming', ready(coming)),
    heal(leaving, 'webhook was away, env leaving', gone(leaving)),
  ]);
  for (const scene of [staying, coming]) await deleteEnv(scene);
  for (const scene of [staying, coming, leaving]) await close(scene);
}

async function rotated(theatre: Theatre): Promise<void> {
  const { service } = theatre;
  const scene = await openScene(theatre, 'rotated');
  const { api, env } = scene;
  await createEnv(scene);
  await ready(scene);
  const isKept = async () => isRouted(await look(api, env, env), env);
  /** New connections, and with them the new certificate. */
  const rotate = async (pair?: Pair) => {
    const reopen = await service.loseWebhook();
    const ca = service.rotateCertificate(pair);
    await reopen();
    return ca;
  };
  // Trusted before it is used: nothing is missed.
  const second = selfSigned('localhost');
  await trust(theatre, service.admission.ca + second.cert);
  await rotate(second);
  await rewrite(scene);
  expect(await isKept()).toBe(true);
  // Used before it is trusted.
  const third = await rotate();
  await rewrite(scene);
  expect(await isKept()).toBe(false);
  await trust(theatre, third);
  await heal(scene, 'certificate rotated before the API server trusts it', ready(scene));
  await rewrite(scene);
  expect(await isKept()).toBe(true);
  await deleteEnv(scene);
  await close(scene);
}

type Pair = ReturnType<typeof selfSigned>;

async function trust({ cluster }: Theatre, ca: string): Promise<void> {
  const caBundle = Buffer.from(ca).toString('base64');
  const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value: caBundle }];
  await cluster.kubectl([
    ...['patch', 'mutatingwebhookconfiguration', 'dynamicenv', '--type=json'],
    `--patch=${JSON.stringify(patch)}`,
  ]);
  // Until the API server has seen that.
  await sleep(1000);
}
