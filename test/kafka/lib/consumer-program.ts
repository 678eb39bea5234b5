/**
 * The service of this suite: a consumer that uses the library as an application does, and writes what it handles into a file. Its
 * settings are JSON in the environment variable CONSUMER; the library's own are there as a clone or a base has them.
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRouting } from '../../../clients/typescript/src/routing/routing.ts';
import { consumeWith } from './consume-with.ts';
import { type ConsumerSettings, REBALANCED } from './consumer-settings.ts';
import { startingAtTheEnd } from './switches.ts';

const settings = JSON.parse(process.env['CONSUMER'] ?? '{}') as ConsumerSettings;
const log = openSync(settings.handledFile, 'a');
const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
process.on('warning', ({ message }) => say(`warning: ${message}`));

const routing = await startRouting({ log: say });
const used = settings.startAtTheEnd ? startingAtTheEnd(routing, settings.group) : routing;
say(`${routing.mode}, ${settings.adapter}, process ${process.pid}`);
const handle = async (id: string) => {
  if (settings.workMs > 0) await sleep(settings.workMs);
  // Written before the message is acknowledged: a process that dies here has handled it.
  writeSync(log, `${id} ${Date.now()}\n`);
};
const close = await consumeWith[settings.adapter](used, settings, handle, {
  ended: (error) => {
    say(`consumption ended: ${error.message}`);
    process.exit(1);
  },
  rebalanced: () => void writeSync(log, `${REBALANCED} ${Date.now()}\n`),
});
process.on('SIGTERM', async () => {
  say('SIGTERM');
  await close();
  await routing.close();
  process.exit(0);
});
