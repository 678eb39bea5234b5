import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findBinaries } from '../../e2e/control-plane/binaries.ts';
import { table } from '../../support/figures-file.ts';
import { writePart } from '../../support/verified-page.ts';
import { findEnvoy } from './envoy-program.ts';
import type { Figure } from './figures.ts';
import { istiodVersion } from './istiod.ts';

const run = promisify(execFile);
const silent = () => undefined;

/** Writes this suite's part of docs/verified.md. `ran`: the test files, and how many of their tests passed. */
export async function writeVerified(
  ran: readonly (readonly [file: string, passed: number])[],
  figures: readonly Figure[],
): Promise<void> {
  const { programs } = await findBinaries(silent);
  const version = async (program: string, ...args: string[]) =>
    (await run(program, args)).stdout.trim().split('version: ').at(-1) ?? '';
  const facts = [
    ['istiod', await istiodVersion()],
    ['Envoy', await version(await findEnvoy(silent), '--version')],
    ['kube-apiserver', await version(programs['kube-apiserver'], '--version')],
    ['Node', process.version],
  ];
  const sections = [...new Set(figures.map(({ section }) => section))];
  const text = `## Requests, through real istiod and Envoy

Written by the mesh suite (\`npm run test:mesh\`, see [test/mesh](../test/mesh/README.md)): a control plane, istiod and stock
Envoys in a network namespace of their own, with small echo servers at the pods' addresses.

${table(['', ''], facts)}
### What ran

${table(
  ['test file', 'passed'],
  ran.map(([file, passed]) => [file, String(passed)]),
)}
${sections.map((section) => sectionText(section, figures)).join('\n')}`;
  await writePart('mesh', text);
}

function sectionText(section: string, figures: readonly Figure[]): string {
  const own = figures.filter((figure) => figure.section === section);
  const rows = own.flatMap(({ what, value }) => (what === undefined ? [] : [[what, value]]));
  const texts = own
    .filter(({ what }) => what === undefined)
    .map(({ value }) => `${value.trim()}\n`);
  return [`### ${section}\n`, ...(rows.length > 0 ? [table(['', ''], rows)] : []), ...texts].join(
    '\n',
  );
}
