/** Writes the CRDs next to the built program, see `loadCrds`. */
import { writeFileSync } from 'node:fs';
import { readCrds } from '../src/crds.ts';

writeFileSync(new URL('../dist/crds.json', import.meta.url), JSON.stringify(await readCrds()));
