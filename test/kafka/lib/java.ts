import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NoKafka } from './jars.ts';

const run = promisify(execFile);
const OLDEST = 17;

/**
 * Path of a Java program that can run Kafka: that of `JAVA_HOME`, else the `java` of the path. Throws NoKafka if there is
 * none, or if it is older than Java 17, which Kafka's brokers need (https://kafka.apache.org/documentation/#java).
 */
export async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'] ?? '';
  const java = home === '' ? 'java' : join(home, 'bin', 'java');
  const { stderr, stdout } = await run(java, ['-version']).catch(() => {
    throw new NoKafka(`${java} does not run: install Java ${OLDEST} or newer, or set JAVA_HOME`);
  });
  const major = Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
  if (major < OLDEST) {
    throw new NoKafka(
      `${java} is Java ${major}, and Kafka needs Java ${OLDEST} or newer: set JAVA_HOME`,
    );
  }
  return java;
}
