// Runs the Kafka suite: finds Java, downloads Kafka's jars once, starts a broker on loopback, and runs Jest. Arguments are passed to Jest.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findBinaries } from '../e2e/control-plane/binaries.ts';
import { metacontrollerProgram } from '../e2e/lib/metacontroller.ts';
import { startBroker } from './lib/broker.ts';
import { NoKafka } from './lib/jars.ts';
import { buildPrograms } from './lib/programs.ts';

const say = (line) => process.stderr.write(`${line}\n`);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const JEST = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  `${ROOT}node_modules/jest/bin/jest.js`,
  '--config',
  `${ROOT}jest.kafka.config.js`,
];

async function run(broker) {
  const { address, saslAddress, version, pid } = broker;
  say(`Kafka ${version} at ${address}, process ${pid}`);
  const env = {
    ...process.env,
    KAFKA_BROKER: address,
    KAFKA_SASL_BROKER: saslAddress,
    KAFKA_VERSION: version,
    KAFKA_PID: `${pid}`,
  };
  const child = spawn(process.execPath, [...JEST, ...process.argv.slice(2)], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  process.exitCode = await new Promise((resolve) =>
    child.on('close', (code) => resolve(code ?? 1)),
  );
}

try {
  await buildPrograms();
  // The time limit of a test is too short for it.
  if (metacontrollerProgram() !== undefined) await findBinaries(say);
  const broker = await startBroker(say);
  // Jest gets these, too, and ends; then the broker is ended.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  try {
    await run(broker);
  } finally {
    await broker.stop();
  }
} catch (error) {
  if (!(error instanceof NoKafka)) throw error;
  say(`SKIPPED: the Kafka suite, because ${error.message}`);
}
