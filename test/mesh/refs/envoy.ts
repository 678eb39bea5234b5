import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeaderList, Repeated } from '../../../src/refs/carried.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { startProcess } from '../../e2e/control-plane/process.ts';
import type { VirtualHost } from '../accepts/route-config.ts';
import { bootstrap } from '../accepts/validate.ts';
import { ISTIO_MAX_PROGRAM } from '../lib/bootstrap.ts';

export interface RawAnswer {
  status: number;
  body: string;
}

export interface RawEnvoy {
  port: number;
  /** Its process id. */
  pid: number;
  stop(): Promise<void>;
}

/**
 * Envoy's runtime flag for repeated headers. If it is false, Envoy 1.39 and later join the values, as earlier versions
 * do (those of Istio up to 1.30).
 */
const EACH = 'envoy.reloadable_features.match_headers_individually';

/** Starts an Envoy that listens on 127.0.0.1 and has these virtual hosts, with the limits of Istio's bootstrap. */
export async function startRawEnvoy(
  program: string,
  hosts: readonly VirtualHost[],
  how: Repeated,
): Promise<RawEnvoy> {
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-refs-'));
  const [port = 0] = await freePorts(1);
  const file = join(folder, 'envoy.json');
  const flags = { [EACH]: how === 'each' };
  await writeFile(file, JSON.stringify(bootstrap(hosts, ISTIO_MAX_PROGRAM, port, flags)));
  const args = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'error'];
  const running = startProcess('envoy', program, args, folder);
  const stop = async () => {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const [host] = hosts;
  await until(60, async () => {
    if (running.hasEnded()) throw new Error(`Envoy has ended: ${await running.tail()}`);
    const answer = await sendRaw(port, host?.name ?? '', []).catch(() => undefined);
    return answer?.status === 200 ? undefined : 'Envoy does not answer yet';
  });
  const pid = Number(await readFile(join(folder, 'envoy.pid'), 'utf8'));
  return { port, pid, stop };
}

/**
 * Sends a request by HTTP/1.1 on a new connection. All headers are sent unchanged and in UTF-8, including repeated
 * ones.
 */
export function sendRaw(port: number, host: string, headers: HeaderList): Promise<RawAnswer> {
  const lines = [
    'GET / HTTP/1.1',
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`no answer, but "${text}"`)));
    socket.on('data', (chunk) => {
      text += chunk;
      const answer = answerIn(text);
      if (answer === undefined) return;
      // The client closes the connection, because Envoy would take a second to do it.
      socket.destroy();
      resolve(answer);
    });
  });
}

/** The answer in the text that was received so far. Undefined: the answer is not complete yet. */
function answerIn(text: string): RawAnswer | undefined {
  const [, status, length = '0'] =
    /^HTTP\/1\.1 (\d+).*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n/s.exec(text) ?? [];
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  if (status === undefined || body.length < Number(length)) return undefined;
  return { status: Number(status), body };
}

/**
 * Sends a request by HTTP/2, in which a client may send each cookie as a separate header (RFC 9113, 8.2.3). Returns the
 * body of the answer.
 */
export async function sendCookies(
  port: number,
  host: string,
  cookie: readonly string[],
): Promise<string> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ':path': '/', ':authority': host, cookie: [...cookie] });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('latin1');
  } finally {
    session.close();
  }
}
