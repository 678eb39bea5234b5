import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findJars } from './jars.ts';
import { findJava } from './java.ts';
import { freePorts } from './ports.ts';

const run = promisify(execFile);
const START_MS = 240_000;
/** The broker of a test has little to do: the fastest start and the smallest memory. */
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xms64m', '-Xmx256m'];
const LOG = ['defaultLogLevel=warn', 'log.kafka.server.KafkaRaftServer=info'];

export interface Broker {
  /** `127.0.0.1:port`, without authentication and with all rights. */
  address: string;
  /** `127.0.0.1:port`, SASL/PLAIN: users and passwords are those of `USERS`, and only ACLs give them rights. */
  saslAddress: string;
  pid: number;
  /** Version of the broker's jar. */
  version: string;
  /** Ends the process, and removes its folder. */
  stop(): Promise<void>;
}

/** Users of the SASL listener: name and password. */
export const USERS = { admin: 'admin', orders: 'orders' };

/**
 * Starts a Kafka of one process on loopback: broker and controller in one (KRaft), with a folder and ports of its own. It is
 * ended with SIGTERM, after some seconds with SIGKILL. Throws NoKafka if Java or the jars are missing.
 */
export async function startBroker(say: (line: string) => void): Promise<Broker> {
  const java = await findJava();
  const jars = await findJars(say);
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-kafka-'));
  try {
    return await startIn(folder, java, jars);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, java: string, jars: string[]): Promise<Broker> {
  const [broker, sasl, controller] = await freePorts(3);
  const settings = join(folder, 'server.properties');
  await writeFile(settings, propertiesOf({ broker, sasl, controller, folder }));
  const classPath = ['-cp', jars.join(delimiter)];
  await run(java, [
    ...JVM,
    ...classPath,
    'kafka.tools.StorageTool',
    'format',
    '--standalone',
    '-t',
    'ZHluYW1pY2VudjAwMDAwMQ',
    '-c',
    settings,
  ]);
  const log = join(folder, 'broker.log');
  const options = LOG.map((option) => `-Dorg.slf4j.simpleLogger.${option}`);
  const child = spawn(java, [...JVM, ...options, ...classPath, 'kafka.Kafka', settings], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const stop = async () => {
    await end(child);
    file.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await started(child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  const version = /kafka-clients-([\d.]+)\.jar/.exec(jars.join(' '))?.[1] ?? 'unknown';
  const at = (port: number | undefined) => `127.0.0.1:${port}`;
  return { address: at(broker), saslAddress: at(sasl), pid: child.pid ?? 0, version, stop };
}

async function started(child: ChildProcess, log: string): Promise<void> {
  const before = Date.now() + START_MS;
  while (Date.now() < before && child.exitCode === null && child.signalCode === null) {
    if ((await textOf(log)).includes('Kafka Server started')) return;
    await sleep(100);
  }
  throw new Error(`Kafka did not start:\n${(await textOf(log)).slice(-4000)}`);
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => '');

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
  await gone;
  clearTimeout(timer);
}

interface Places {
  broker: number | undefined;
  sasl: number | undefined;
  controller: number | undefined;
  folder: string;
}

function propertiesOf({ broker, sasl, controller, folder }: Places): string {
  const users = Object.entries(USERS).map(([name, password]) => `user_${name}="${password}"`);
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  return `
process.roles=broker,controller
node.id=1
listeners=PLAIN://127.0.0.1:${broker},SASL://127.0.0.1:${sasl},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAIN://127.0.0.1:${broker},SASL://127.0.0.1:${sasl}
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listener.security.protocol.map=PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=${login} ${users.join(' ')};
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:admin
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.num.partitions=1
# A group of a test must notice quickly that a member is gone.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.consumer.heartbeat.interval.ms=1000
group.consumer.min.heartbeat.interval.ms=1000
group.consumer.session.timeout.ms=10000
group.consumer.min.session.timeout.ms=10000
log.cleaner.backoff.ms=500
`;
}
