import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { table } from '../../support/figures-file.ts';
import { writePart } from '../../support/verified-page.ts';
import { findBinaries } from '../control-plane/binaries.ts';
import type { Figure } from './figures.ts';

const run = promisify(execFile);
const STRATEGIES = ['dynamic-apply', 'server-side-apply'];
/** The test files that a complete run contains. */
const NEEDED = ['scenarios', 'figures', 'kills', 'others', 'tools'].flatMap((suite) =>
  STRATEGIES.map((strategy) => `${suite}-${strategy}`),
);

/** One test file of the loop suite, and the status of each of its tests (`passed`, `failed`, `pending`). */
export interface Ran {
  file: string;
  statuses: string[];
  /** Titles of tests that failed and passed in a later run. */
  retried: string[];
}

/** Why the results of a run may not be written to docs/verified.md; undefined if they may. */
export function whyNotVerified(ran: readonly Ran[]): string | undefined {
  const missing = NEEDED.find((file) => !ran.some((other) => other.file === file));
  if (missing !== undefined) return `${missing} did not run`;
  const open = ran.find(({ statuses }) => statuses.some((status) => status !== 'passed'));
  return open === undefined ? undefined : `not every test of ${open.file} ran and passed`;
}

export async function writeVerified(
  ran: readonly Ran[],
  figures: readonly Figure[],
): Promise<void> {
  const { programs } = await findBinaries(() => undefined);
  const version = async (program: string, ...args: string[]) =>
    (await run(program, args)).stdout.trim().split('\n')[0] ?? '';
  const facts = [
    ['kube-apiserver', await version(programs['kube-apiserver'], '--version')],
    ['etcd', await version(programs.etcd, '--version')],
    ['kubectl', await version(programs.kubectl, 'version', '--client')],
    ['Helm', `${await helm(programs.helm)}, ${await helm(programs.helm3)}`],
    ['Metacontroller', figureOf(figures, METACONTROLLER_FIGURE)],
    ['Node', process.version],
  ];
  await writePart('loop', part(facts, ran, figures));
}

/**
 * Name of the figure with Metacontroller's version. A test records it, because only a test has Metacontroller's log.
 */
export const METACONTROLLER_FIGURE = 'Metacontroller';

async function helm(program: string): Promise<string> {
  return (await run(program, ['version', '--template', '{{.Version}}'])).stdout.trim();
}

function figureOf(figures: readonly Figure[], what: string): string {
  return figures.find((figure) => figure.what === what)?.value ?? 'unknown';
}

function part(
  facts: readonly (readonly string[])[],
  ran: readonly Ran[],
  figures: readonly Figure[],
): string {
  const measured = figures.filter(({ what }) => what !== METACONTROLLER_FIGURE);
  const names = [...new Set(measured.map(({ what }) => what))];
  const rows = names.map((what) => [
    what,
    ...STRATEGIES.map(
      (strategy) =>
        measured.find((figure) => figure.what === what && figure.strategy === strategy)?.value ??
        '',
    ),
  ]);
  const tests = ran.map(({ file, statuses }) => [file, String(statuses.length)]).sort();
  return `## The loop, on a real control plane

Written by the loop suite (\`npm run test:e2e\`, see [test/e2e](../test/e2e/README.md)): real etcd, kube-apiserver,
kube-controller-manager and Metacontroller, with both of Metacontroller's apply strategies.

${table(['', ''], facts)}
### What ran

Every scenario of [test/scenarios](../test/scenarios) that can run on a real cluster (\`scenarios-…\`), without changes. At its
end the objects were the same as on the in-memory cluster.

${table(['test file', 'passed'], tests)}${retries(ran)}
### Figures

Settle and drain time 1 s; pods are Ready 0.2 s after their creation. Values of several runs: the median, then in
parentheses minimum, maximum and number of runs. The machine also ran other programs during the measurement. Requests are
counted in the API server's audit log, without watches and events.

${table(['', ...STRATEGIES], rows)}
### What was not tested

The control plane has no nodes and no network. So these were not tested: the effect of a NetworkPolicy, the pod of
\`helm test\`, pulling the image or Metacontroller's chart, the probes of a running pod. The suite does not contain
cert-manager, Argo CD, Flux, or more than one Metacontroller (leader election). istiod and Envoy are not in this suite.
`;
}

/** A test that failed and then passed is told, whatever the reason was. */
function retries(ran: readonly Ran[]): string {
  const lines = ran.flatMap(({ file, retried }) => retried.map((title) => `- ${file}: ${title}\n`));
  return lines.length === 0
    ? ''
    : `\nThese failed at first and passed when they ran again:\n\n${lines.join('')}`;
}
