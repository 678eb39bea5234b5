// Before `npm pack`: no files of older builds, and the repository's license, which npm takes from the package's own folder only.
import { copyFileSync, rmSync } from 'node:fs';

const file = (name) => new URL(`../${name}`, import.meta.url);

if (process.argv[2] === 'before') {
  rmSync(file('dist'), { recursive: true, force: true });
  copyFileSync(file('../../LICENSE'), file('LICENSE'));
} else {
  rmSync(file('LICENSE'), { force: true });
}
