#!/usr/bin/env node
// Nothing is imported before the version is checked: an older Node would fail later, with an error that does not name the cause.
import { basename } from 'node:path';

/** As in package.json, `engines`. */
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  const remedy = 'install it, or in a clone use "npm run -s dynamicenv -- …", which brings its own';
  process.stderr.write(
    `dynamicenv: Node ${NEEDED} or newer is needed, this is ${process.versions.node}; ${remedy}\n`,
  );
  process.exitCode = 2;
} else {
  // The reader of the output may stop early (`| head`), which is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    process.stderr.write(`dynamicenv: cannot write the output: ${error.message}\n`);
    process.exit(2);
  });
  const { run } = await import('./cli/run.ts');
  const calledAs = basename(process.argv[1] ?? '', '.js');
  // kubectl finds its plugins by this name; users type it with a space.
  const program = calledAs === 'kubectl-dynamicenv' ? 'kubectl dynamicenv' : 'dynamicenv';
  process.exitCode = await run(process.argv.slice(2), program);
}
