import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Protocol } from './devtools.ts';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const LOAD_SECONDS = 30;
const EMPTY_PAGE = 'about:blank';
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // An address with http:// must not be tried with https first.
  '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
  '--remote-debugging-pipe',
];

/** A tab in a profile of its own, with no cookies and nothing in its cache. */
export interface Tab {
  /** Loads an address as if a person typed it. */
  open(url: string): Promise<void>;
  /** Clicks the element, and waits until the next page is loaded. */
  click(selector: string): Promise<void>;
  /** The value of a JavaScript expression in the page; of a promise, its result. */
  read<T>(expression: string): Promise<T>;
  /** All cookies of the profile. */
  cookies(): Promise<Cookie[]>;
}

/** Of the fields of Network.Cookie in the Chrome DevTools Protocol those that the tests use. `expires`: seconds since 1970. */
export interface Cookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  secure: boolean;
  sameSite?: string;
}

export interface Chromium {
  newProfile(): Promise<Tab>;
  stop(): Promise<void>;
}

/** Path of Chromium's program: `CHROMIUM_BIN`, or where packages of distributions put it; undefined: there is none. */
export function chromiumProgram(): string | undefined {
  const given = process.env['CHROMIUM_BIN'] ?? '';
  if (given === '') return PROGRAMS.find(existsSync);
  if (existsSync(given)) return given;
  throw new Error(`CHROMIUM_BIN names ${given}, which does not exist`);
}

/**
 * Starts Chromium without a window. It finds these hosts (`*.example.com:443`) at these ports of 127.0.0.1, and no other host at all. It
 * trusts this certificate (in PEM), whatever name it is for. It ends with `stop`, and by itself when this process ends, because its
 * debugging pipe is closed then.
 */
export async function startChromium(
  program: string,
  places: readonly (readonly [host: string, port: number])[],
  trusted: string,
): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-chromium-'));
  const rules = places.map(([host, port]) => `MAP ${host} 127.0.0.1:${port}`);
  const args = [
    ...FLAGS,
    `--host-resolver-rules=${[...rules, 'MAP * ~NOTFOUND'].join(', ')}`,
    `--ignore-certificate-errors-spki-list=${fingerprint(trusted)}`,
    `--user-data-dir=${folder}`,
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    // Chromium and its libraries keep files in the home folder, too.
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder },
  });
  const exited = new Promise((resolve) => child.once('close', resolve));
  const protocol = connect(child);
  return {
    newProfile: () => newProfile(protocol),
    stop: async () => {
      await close(child, protocol, exited);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** The SHA-256 of the certificate's public key, in base64. */
function fingerprint(cert: string): string {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

async function close(
  child: ChildProcess,
  protocol: Protocol,
  exited: Promise<unknown>,
): Promise<void> {
  const killed = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await protocol.call('Browser.close').catch(() => undefined);
  await exited;
  clearTimeout(killed);
}

async function newProfile(protocol: Protocol): Promise<Tab> {
  const { browserContextId } = await protocol.call('Target.createBrowserContext');
  const target = { url: EMPTY_PAGE, browserContextId };
  const { targetId } = await protocol.call('Target.createTarget', target);
  const attached = await protocol.call('Target.attachToTarget', { targetId, flatten: true });
  const session = String(attached['sessionId']);
  await protocol.call('Page.enable', {}, session);
  const read = async <T>(expression: string): Promise<T> => {
    const asked = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const answer = await protocol.call('Runtime.evaluate', asked, session);
    if (answer['exceptionDetails']) throw new Error(`${expression}: ${JSON.stringify(answer)}`);
    return (answer['result'] as { value: T }).value;
  };
  return {
    read,
    cookies: async () => {
      const { cookies } = await protocol.call('Storage.getCookies', { browserContextId });
      return cookies as Cookie[];
    },
    open: async (url) => {
      const loaded = nextPage(protocol, session);
      const { errorText } = await protocol.call('Page.navigate', { url }, session);
      if (errorText) throw new Error(`${url}: ${errorText}`);
      await loaded;
    },
    click: async (selector) => {
      const loaded = nextPage(protocol, session);
      await read(`document.querySelector(${JSON.stringify(selector)}).click()`);
      await loaded;
    },
  };
}

/** Waits until the tab has another document with all its images. The empty page of a new tab may be loaded only now. */
async function nextPage(protocol: Protocol, session: string): Promise<void> {
  let isOther = false;
  await protocol.event(LOAD_SECONDS, ({ sessionId, method, params }) => {
    if (sessionId !== session) return false;
    const { url } = (params?.['frame'] ?? {}) as { url?: string };
    if (method === 'Page.frameNavigated') isOther = url !== EMPTY_PAGE;
    return isOther && method === 'Page.loadEventFired';
  });
}
