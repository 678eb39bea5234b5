import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { BODIES } from '../http/lib/bodies.ts';
import { selfSigned } from '../http/lib/certificate.ts';
import { eventually, PROGRAM, type Running, runProgram, start } from './lib/program.ts';

jest.setTimeout(60_000);

const LOCAL = ['serve', '--host=127.0.0.1', '--port=0'];
let folder: string;
let running: Running[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamicenv-'));
});

afterEach(() => {
  for (const { process } of running) process.kill('SIGKILL');
  running = [];
});

afterAll(() => rm(folder, { recursive: true }));

async function tlsFiles(name: string): Promise<{ cert: string; key: string; flags: string[] }> {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  const pair = selfSigned(name);
  await Promise.all([writeFile(cert, pair.cert), writeFile(key, pair.key)]);
  return {
    cert,
    key,
    flags: ['--tls-port=0', `--tls-cert-file=${cert}`, `--tls-key-file=${key}`],
  };
}

/** Loaded before the program. On a signal it blocks the main thread for a while. */
const BLOCKS = `import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('SIGUSR2', () => {
  writeSync(2, 'blocked\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8_000);
  writeSync(2, 'free\\n');
});`;

/** Loaded before the program. It makes the thread of the encrypted port fail as soon as this file exists. */
const breaksBy = (file: string) => `import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (!isMainThread) setInterval(() => {
  if (existsSync(${JSON.stringify(file)})) throw new Error('the thread broke');
}, 50);`;

function serve(flags: string[] = [], env = {}, before: string[] = []): Running {
  const started = start([...LOCAL, ...flags], env, { before });
  running.push(started);
  return started;
}

function urlOf(server: Running, scheme: string): Promise<URL> {
  const line = new RegExp(`listening at (${scheme}://[^"]+)`);
  return eventually(() => {
    const found = server.said.stdout.match(line)?.[1];
    return found === undefined ? undefined : new URL(found);
  }, `${scheme} door: ${server.said.stdout}${server.said.stderr}`);
}

interface Answer {
  status: number | undefined;
  body: string;
}

async function call(door: URL, path: string, body?: object): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const ask = door.protocol === 'https:' ? requestSecurely : request;
  const sent = ask(new URL(path, door), { method, headers, rejectUnauthorized: false });
  sent.end(body && JSON.stringify(body));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: text };
}

/** Common name of the certificate that the server presents. */
async function servedName({ hostname, port }: URL): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const name = `${socket.getPeerCertificate().subject.CN}`;
  socket.destroy();
  return name;
}

describe('the two ports', () => {
  test('the plain port serves everything, the encrypted port admission and health; /metrics has both', async () => {
    const { flags } = await tlsFiles('both');
    const server = serve([...flags, '--kinds=virtual-service-merge,virtual-environment']);
    const statusOf = async (scheme: string, path: string, body?: object) =>
      (await call(await urlOf(server, scheme), path, body)).status;
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect([path, await statusOf('http', path)]).toEqual([path, 200]);
      const expected = path === '/metrics' ? 404 : 200;
      expect([path, await statusOf('https', path)]).toEqual([path, expected]);
    }
    for (const [path, body] of Object.entries(BODIES)) {
      expect([path, await statusOf('http', path, body())]).toEqual([path, 200]);
      const expected = path.startsWith('/admission') ? 200 : 404;
      expect([path, await statusOf('https', path, body())]).toEqual([path, expected]);
    }
    const { body } = await call(await urlOf(server, 'http'), '/metrics');
    expect(body).toContain('_count{hook="dynamicenv-sync",result="ok"} 1');
    expect(body).toContain('_count{hook="admission-virtualservices",result="ok"} 2');
  });

  test('the hooks of an optional kind that is off do not exist, on either port', async () => {
    const { flags } = await tlsFiles('off');
    const server = serve(flags);
    for (const path of ['/virtual-service-merge/sync', '/admission/virtualservicemerges']) {
      for (const scheme of ['http', 'https']) {
        const { status } = await call(await urlOf(server, scheme), path, BODIES[path]?.());
        expect([scheme, path, status]).toEqual([scheme, path, 404]);
      }
    }
  });

  test('readiness means that both ports are open', async () => {
    const { flags } = await tlsFiles('ready');
    const server = serve(flags);
    await urlOf(server, 'http');
    expect(server.said.stdout).toMatch(/listening at https:.*listening at http:/s);
  });

  test('a slow sync does not delay admission', async () => {
    const { flags } = await tlsFiles('busy');
    const server = serve(flags, {}, [BLOCKS]);
    const door = await urlOf(server, 'https');
    await urlOf(server, 'http');
    const review = BODIES['/admission/virtualservices']?.();
    await call(door, '/admission/virtualservices', review);
    server.process.kill('SIGUSR2');
    await eventually(() => server.said.stderr.match(/blocked/) ?? undefined, 'blocked');
    for (let at = 0; at < 5; at += 1) {
      expect((await call(door, '/admission/virtualservices', review)).status).toBe(200);
    }
    expect(server.said.stderr).toBe('blocked\n');
  });

  test('if the thread of the encrypted port ends, the program ends with exit code 1 and the reason', async () => {
    const { flags } = await tlsFiles('lost');
    const sign = join(folder, 'break');
    const server = serve(flags, {}, [breaksBy(sign)]);
    await urlOf(server, 'http');
    await writeFile(sign, '');
    const { code, stdout } = await server.ended;
    expect([code, stdout]).toEqual([1, expect.stringContaining('"the thread broke"')]);
  });

  test('without a certificate there is only the plain port', async () => {
    const server = serve(['--tls-port=0']);
    const door = await urlOf(server, 'http');
    expect((await call(door, '/healthz')).status).toBe(200);
    expect(server.said.stdout).not.toContain('https://');
  });

  test('the variables that Kubernetes sets for a Service called dynamicenv are ignored', async () => {
    const server = serve([], { DYNAMICENV_TLS_PORT: 'tcp://10.0.0.1:8443' });
    expect((await call(await urlOf(server, 'http'), '/healthz')).status).toBe(200);
  });
});

describe('a certificate that changes', () => {
  test('an invalid one is ignored, a valid one is used', async () => {
    const { cert, key, flags } = await tlsFiles('first');
    const server = serve(flags);
    const door = await urlOf(server, 'https');
    expect(await servedName(door)).toBe('first');

    await writeFile(cert, 'no certificate');
    await eventually(
      () => server.said.stdout.match(/the old one stays/) ?? undefined,
      'the broken one is reported',
    );
    expect(await servedName(door)).toBe('first');

    const next = selfSigned('second');
    await writeFile(key, next.key);
    await writeFile(cert, next.cert);
    await eventually(
      async () => ((await servedName(door)) === 'second' ? true : undefined),
      'the new one is served',
    );
    expect((await call(door, '/healthz')).status).toBe(200);
  });
});

test('SIGTERM: an open review is finished, then exit code 0', async () => {
  const { flags } = await tlsFiles('grace');
  const server = serve(flags);
  const door = await urlOf(server, 'https');
  await urlOf(server, 'http');
  const body = JSON.stringify(BODIES['/admission/virtualservices']?.());
  const sent = requestSecurely(new URL('/admission/virtualservices', door), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    rejectUnauthorized: false,
  });
  sent.write(body.slice(0, 10));
  const [socket] = await once(sent, 'socket');
  await once(socket, 'secureConnect');
  await call(door, '/healthz');
  server.process.kill('SIGTERM');
  await eventually(() => server.said.stdout.match(/"closing"/) ?? undefined, 'closing');
  const response = once(sent, 'response');
  sent.end(body.slice(10));
  expect((await response)[0].statusCode).toBe(200);
  expect((await server.ended).code).toBe(0);
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('open requests are finished, then exit code 0', async () => {
    const server = serve();
    const door = await urlOf(server, 'http');
    const body = JSON.stringify(BODIES['/dynamicenv/sync']?.());
    const sent = request(new URL('/dynamicenv/sync', door), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    sent.write(body.slice(0, 10));
    await once(sent, 'socket');
    // The server reads the headers of open connections before it answers a later call, so this call waits for that.
    await call(door, '/healthz');
    server.process.kill(signal);
    await eventually(() => server.said.stdout.match(/"closing"/) ?? undefined, 'closing');
    const response = once(sent, 'response');
    sent.end(body.slice(10));
    const [{ statusCode }] = await response;
    expect(statusCode).toBe(200);
    expect((await server.ended).code).toBe(0);
  });
});

describe('bad settings: exit code 2, and only one line with the error', () => {
  test.each<[string[], RegExp]>([
    [['--port=x'], /^dynamicenv: --port: expected a port from 0 to 65535, got "x"\n$/],
    [['--prot=1'], /^dynamicenv: Unknown option '--prot'; see --help\n$/],
    [['--tls-cert-file=/x'], /^dynamicenv: --tls-key-file is missing beside --tls-cert-file\n$/],
    [['--tls-key-file=/x'], /^dynamicenv: --tls-cert-file is missing beside --tls-key-file\n$/],
    [
      ['--tls-cert-file=/no/x', '--tls-key-file=/no/y'],
      /^dynamicenv: --tls-cert-file, --tls-key-file: ENOENT: .*\/no\/[xy]'\n$/,
    ],
    [['--host=256.0.0.1'], /^dynamicenv: --host 256\.0\.0\.1, --port 0: .*\n$/],
  ])('%j', async (flags, message) => {
    const { code, stdout, stderr } = await runProgram([...LOCAL, ...flags]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('a file that is not a certificate', async () => {
    const file = join(folder, 'none.pem');
    await writeFile(file, 'none');
    const flags = [`--tls-cert-file=${file}`, `--tls-key-file=${file}`];
    const { code, stderr } = await runProgram([...LOCAL, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^dynamicenv: --tls-cert-file, --tls-key-file: .*\n$/);
  });

  test('a port in use, also if the other port is already open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { flags } = await tlsFiles('late');
    const { code, stderr } = await runProgram([...LOCAL, ...flags, `--tls-port=${port}`]);
    other.close();
    expect(code).toBe(2);
    expect(stderr).toBe(
      `dynamicenv: --host 127.0.0.1, --tls-port ${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    );
  });
});

test('npm start ends with the program, because the program replaces the shell', async () => {
  const { scripts } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const command = scripts.start.replace('node dist/cli.js', `${process.execPath} ${PROGRAM}`);
  // npm runs commands in a shell, and the shell gets the signal. The command has its own process group, so that the
  // test can end everything.
  const args = ['-c', `${command} --host=127.0.0.1 --port=0`];
  const shell = spawn('sh', args, { env: {}, detached: true });
  const pid = shell.pid ?? Number.NaN;
  let said = '';
  shell.stdout.on('data', (chunk) => {
    said += chunk;
  });
  try {
    await eventually(() => said.match(/listening at/) ?? undefined, 'listening');
    shell.kill('SIGTERM');
    const [code] = await once(shell, 'exit');
    expect([code, said]).toEqual([0, expect.stringContaining('"closing"')]);
  } finally {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Expected: no process is left.
    }
  }
});
