/**
 * Compares what two versions answered in all scenarios and goldens, call by call:
 *
 *   ANSWERS_FOLDER=/tmp/before npm run test:unit -- test/scenarios test/golden     (in the one checkout, with an absolute path)
 *   ANSWERS_FOLDER=/tmp/after  npm run test:unit -- test/scenarios test/golden     (in the other)
 *   node scripts/compare-answers.mjs /tmp/before /tmp/after
 *
 * Prints where they differ, and ends with exit code 1 then. Both folders must be new: lines are appended.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const [before, after] = process.argv.slice(2);
if (before === undefined || after === undefined) {
  console.error('usage: node scripts/compare-answers.mjs FOLDER FOLDER');
  process.exit(2);
}

const names = [...new Set([...(await readdir(before)), ...(await readdir(after))])].sort();
let calls = 0;
let differences = 0;
for (const name of names) {
  const [left, right] = await Promise.all([before, after].map((folder) => linesOf(folder, name)));
  calls += right.length;
  const at = Array.from({ length: Math.max(left.length, right.length) }).findIndex(
    (_, index) => left[index] !== right[index],
  );
  if (at < 0) continue;
  differences += 1;
  console.log(`${name}: differs from call ${at + 1} on`);
  console.log(`  before: ${left[at]?.slice(0, 2000) ?? 'no such call'}`);
  console.log(`  after:  ${right[at]?.slice(0, 2000) ?? 'no such call'}`);
}
console.log(`${names.length} files, ${calls} calls, ${differences} files that differ`);
process.exit(calls === 0 || differences > 0 ? 1 : 0);

async function linesOf(folder, name) {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
