import { table } from '../../support/figures-file.ts';
import { writePart } from '../../support/verified-page.ts';
import type { Figure } from './figures.ts';

const COLUMNS = [
  '',
  'messages',
  'lost',
  'duplicates',
  'of these without a disturbance near',
  'most often',
];

/** Writes this suite's part of docs/verified.md. `ran`: the test files, and how many of their tests passed. */
export async function writeVerified(
  ran: readonly (readonly [file: string, passed: number])[],
  figures: readonly Figure[],
): Promise<void> {
  const facts = [
    ['Kafka', process.env['KAFKA_VERSION'] ?? ''],
    ['Node', process.version],
  ];
  const rows = (prefix: string) =>
    figures
      .filter(({ what }) => what.startsWith(`${prefix}: `))
      .map((figure) => [
        figure.what.slice(prefix.length + 2),
        `${figure.messages}`,
        `${figure.lost}`,
        `${figure.duplicates}`,
        `${figure.duplicatesWithoutDisturbance}`,
        `${figure.mostTimesHandled}`,
      ]);
  const text = `## Messages, on a real Kafka

Written by the Kafka suite (\`npm run test:kafka\`, see [test/kafka](../test/kafka/README.md)): real consumers and feeds. In
\`control-plane\` a real API server and Metacontroller decide on the phases of envs; elsewhere a script plays them.

${table(['', ''], facts)}
### What ran

${table(
  ['test file', 'passed'],
  ran.map(([file, passed]) => [file, String(passed)]),
)}
### Envs come and go, on a real control plane

${table(COLUMNS, rows('control plane'))}
### Two envs come and go, and everything breaks once

${table(COLUMNS, rows('story'))}
### Controls: the order with one part taken out

${table(COLUMNS, rows('control'))}`;
  await writePart('kafka', text);
}
