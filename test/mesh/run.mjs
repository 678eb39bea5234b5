// Runs the mesh suite. It first prepares everything that needs the internet, then enters a network namespace and runs
// Jest there. Arguments are passed to Jest.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findBinaries } from '../e2e/control-plane/binaries.ts';
import { findJars, NoKafka } from '../kafka/lib/jars.ts';
import { findJava } from '../kafka/lib/java.ts';
import { buildPrograms } from '../kafka/lib/programs.ts';
import { KAFKA } from './headline/kafka.ts';
import { ENVOY_BIN, findEnvoy, NoEnvoy } from './lib/envoy-program.ts';
import { istiodProgram } from './lib/istiod.ts';
import { INSIDE, namespaceCommand } from './lib/namespace.ts';

const say = (line) => process.stderr.write(`${line}\n`);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const JEST = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  `${ROOT}node_modules/jest/bin/jest.js`,
  '--config',
  `${ROOT}jest.mesh.config.js`,
];

async function prepare() {
  const env = { ...process.env, [ENVOY_BIN]: await findEnvoy(say) };
  if (istiodProgram() === undefined) return { env, before: [] };
  await findBinaries(say);
  const kafka = (await prepareKafka()) ? { [KAFKA]: '1' } : {};
  return { env: { ...env, ...kafka, [INSIDE]: '1' }, before: await namespaceCommand() };
}

/** Inside, nothing can be downloaded any more. */
async function prepareKafka() {
  try {
    await findJava();
    await findJars(say);
    await buildPrograms();
    return true;
  } catch (error) {
    if (!(error instanceof NoKafka)) throw error;
    say(`without Kafka, because ${error.message}`);
    return false;
  }
}

function run([program, ...args], env) {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: 'inherit' });
  child.on('error', (error) => {
    say(error.message);
    process.exitCode = 1;
  });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}

try {
  const { env, before } = await prepare();
  run([...before, ...JEST, ...process.argv.slice(2)], env);
} catch (error) {
  if (!(error instanceof NoEnvoy)) throw error;
  say(`SKIPPED: the mesh suite, because ${error.message}`);
}
