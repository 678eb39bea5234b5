import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { type ApiServer, startApiServer } from './api-server.ts';
import { type FeedReplica, startFeed } from './feeds.ts';
import { freePorts } from './ports.ts';

/** Environment variable with the address of the broker, which run.mjs starts. */
export const BROKER = 'KAFKA_BROKER';

/** What the worlds of one test file have in common. */
export interface Suite {
  broker: string;
  admin: Admin;
  api: ApiServer;
  folder: string;
  /** The feed's replicas; a test may replace them. */
  feeds: FeedReplica[];
  /** Starts one more replica of the feed, and waits until it is ready. */
  addFeed(): Promise<FeedReplica>;
  /** Prints what happens, with the time since the beginning. */
  say(line: string): void;
  close(): Promise<void>;
}

export async function startSuite(title: string): Promise<Suite> {
  const broker = process.env[BROKER] ?? '';
  if (broker === '') throw new Error(`${BROKER} is not set: run npm run test:kafka`);
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-messages-'));
  const api = await startApiServer();
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] });
  const began = Date.now();
  const say = (line: string) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${title}: ${line}\n`);
  };
  const feeds: FeedReplica[] = [];
  const addFeed = async () => {
    const [port = 0] = await freePorts(1);
    const feed = await startFeed(api.url, port, folder);
    feeds.push(feed);
    await feed.ready();
    return feed;
  };
  await Promise.all([addFeed(), addFeed()]);
  return {
    broker,
    admin,
    api,
    folder,
    feeds,
    addFeed,
    say,
    close: async () => {
      for (const feed of feeds) feed.program.signal('SIGCONT');
      await Promise.all(feeds.map((feed) => feed.end()));
      await admin.close();
      await api.close();
      if (process.env['KAFKA_KEEP'] === undefined)
        await rm(folder, { recursive: true, force: true });
      else say(`kept: ${folder}`);
    },
  };
}
