/**
 * Measures what the service costs, and how the cost grows. Prints a table of goals and figures, with `!` where a figure
 * misses its goal. With `--json` it also writes a file. It needs the built program (`npm run build`). `--smoke` runs
 * everything once with tiny sizes. It shows that the bench works, and checks no goal.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { admissionRows } from './admission.ts';
import { byteRows } from './bytes.ts';
import { doorRows } from './door.ts';
import { growthRows } from './growth.ts';
import { hookRows } from './hook.ts';
import { levelRows } from './levels.ts';
import { fallsShort, type Row, table } from './lib/rows.ts';
import { manyEnvsRows, oneMoreEnvRows, paceOfMetacontrollerRows } from './loop.ts';
import { memoryRows } from './memory.ts';
import { modelRows } from './model.ts';
import { replicaRows } from './replicas.ts';
import { scopeRows } from './scope.ts';
import { startRows } from './start.ts';

const PARTS: Record<string, (options: { isSmoke: boolean }) => Promise<Row[]>> = {
  hook: hookRows,
  growth: growthRows,
  levels: levelRows,
  scope: scopeRows,
  bytes: byteRows,
  door: doorRows,
  admission: admissionRows,
  memory: memoryRows,
  start: startRows,
  replicas: replicaRows,
  model: modelRows,
  many: manyEnvsRows,
  'one-more': oneMoreEnvRows,
  pace: paceOfMetacontrollerRows,
};
const NAMES = Object.keys(PARTS);

function fail(message: string): never {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        smoke: { type: 'boolean', default: false },
        only: { type: 'string', default: NAMES.join(',') },
        json: { type: 'string' },
      },
    });
    const parts = values.only.split(',');
    const unknown = parts.find((name) => PARTS[name] === undefined);
    if (unknown !== undefined) fail(`--only ${unknown}: expected some of ${NAMES.join(',')}`);
    return { ...values, parts };
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { smoke, parts, json } = options();
if (!existsSync(new URL('../dist/cli.js', import.meta.url))) {
  fail('dist/cli.js is missing: run npm run build first');
}
const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  system: `${process.platform} ${release()} ${arch()}`,
  processors: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
  memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
};
const rows: Row[] = [];
for (const name of parts) {
  process.stderr.write(`${name} …\n`);
  rows.push(...((await PARTS[name]?.({ isSmoke: smoke })) ?? []));
}
const shown = smoke ? rows.map(({ goal: _goal, ...row }): Row => row) : rows;
const short = shown.filter(fallsShort);
process.stdout.write(`${Object.values(machine).join(', ')}\n\n${table(shown)}\n\n`);
process.stdout.write(
  smoke
    ? 'a smoke run: everything ran, no goal was checked\n'
    : `${shown.filter(({ goal }) => goal).length - short.length} goals hold, ${short.length} do not\n`,
);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
