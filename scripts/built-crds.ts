/** Writes the CRDs as JSON next to the built program, where `loadCrds` reads them. */
import { writeFileSync } from 'node:fs';
import { readCrds } from '../src/crds.ts';

writeFileSync(new URL('../dist/crds.json', import.meta.url), JSON.stringify(await readCrds()));
