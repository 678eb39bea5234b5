import { describe } from '@jest/globals';
import { meshTest } from '../lib/mesh-test.ts';
import { checks } from './checks.ts';
import { runLive } from './live.ts';
import { writeRecord } from './record.ts';
import { isUsual, settings } from './settings.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

describe('trace equals Envoy, configured by istiod', () => {
  checks(
    'Trace equals Envoy',
    async () => {
      const wanted = settings();
      const run = await runLive(wanted, say);
      if (isUsual(wanted)) await writeRecord(run);
      return run;
    },
    { it: meshTest, seconds: 900 },
  );
});
