import { describe } from '@jest/globals';
import { checks } from './checks.ts';
import { readRecord } from './record.ts';
import { replay } from './replay.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

describe('trace equals Envoy, configured as istiod did in a recorded run', () => {
  checks('Trace equals Envoy, replayed from the record', async () => {
    const recorded = await readRecord();
    const { configurations, seed } = recorded.settings;
    say(`replaying ${configurations} configurations of seed ${seed}, ${recorded.istiod}`);
    return replay(recorded, say);
  });
});
