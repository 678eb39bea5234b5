/**
 * Compares what two versions answered in all scenarios and goldens, call by call:
 *
 *   ANSWERS_FOLDER=/tmp/before npm run test:unit -- test/scenarios test/golden     (in the checkout of the first version; the path must be absolute)
 *   ANSWERS_FOLDER=/tmp/after  npm run test:unit -- test/scenarios test/golden     (in the checkout of the second version)
 *   node scripts/compare-answers.mjs /tmp/before /tmp/after
 *
 * Prints the fields that differ, how often they differ, and an example of each. The exit code is 1 if there is a difference or
 * no call. Both folders must be new, because a test run appends lines to existing files. Requests are compared, too, because they
 * contain earlier answers.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const [before, after] = process.argv.slice(2);
if (before === undefined || after === undefined) {
  console.error('usage: node scripts/compare-answers.mjs FOLDER FOLDER');
  process.exit(2);
}

/** By field: how often it differs, and the first two values. */
const differences = new Map();
const names = [...new Set([...(await readdir(before)), ...(await readdir(after))])].sort();
let calls = 0;
for (const name of names) {
  const [left, right] = await Promise.all([before, after].map((folder) => linesOf(folder, name)));
  calls += right.length;
  if (left.length !== right.length) note('(number of calls)', left.length, right.length);
  for (const [index, line] of right.entries()) {
    if (line !== left[index]) compare(opened(left[index]), opened(line));
  }
}
for (const [field, { count, from, to }] of differences) {
  console.log(`${count} × ${field}\n  before: ${text(from)}\n  after:  ${text(to)}`);
}
console.log(`${names.length} files, ${calls} calls, ${differences.size} fields that differ`);
process.exit(calls === 0 || differences.size > 0 ? 1 : 0);

async function linesOf(folder, name) {
  const lines = await readFile(join(folder, name), 'utf8').catch(() => '');
  return lines.split('\n').filter((line) => line !== '');
}

function opened(line) {
  return line === undefined ? undefined : JSON.parse(line);
}

/** A text that is JSON, such as a plan in an annotation, is compared field by field. */
function parsed(value) {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function compare(a, b, path = '') {
  const [left, right] = [parsed(a), parsed(b)];
  const areMaps = [left, right].every((value) => typeof value === 'object' && value !== null);
  if (!areMaps || Array.isArray(left) !== Array.isArray(right)) {
    if (left !== right) note(path, left, right);
    return;
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    compare(left[key], right[key], `${path}.${Array.isArray(left) ? '*' : key}`);
  }
}

function note(field, from, to) {
  const known = differences.get(field);
  if (known === undefined) differences.set(field, { count: 1, from, to });
  else known.count += 1;
}

function text(value) {
  return JSON.stringify(value)?.slice(0, 300) ?? 'absent';
}
