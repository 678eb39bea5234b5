import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { selfSigned } from '../../http/lib/certificate.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { type Chromium, chromiumProgram, startChromium, type Tab } from './chromium.ts';
import { gatewayHost } from './envoy-routes.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { answerPage, WIDTHS } from './pages.ts';
import { type Scheme, type Shop, shopWithBranches } from './shop.ts';

const SCHEMES: readonly Scheme[] = ['http', 'https'];
const PORTS = { http: 80, https: 443 };
const STABLE = 'main|web -';
const BRANCH = 'web-mp-101|web mp-101';
const PLACES = ['*.example.com', 'elsewhere.test'];

const program = chromiumProgram();
const browserTest = program === undefined ? test.skip : test;
if (program === undefined) {
  process.stderr.write(
    'SKIPPED: entries/browser, because there is no Chromium; install it, or set CHROMIUM_BIN to its program\n',
  );
}

/** One gateway for each scheme, with the routes of envs whose links have this scheme. */
const gateways: Gateway[] = [];
let chromium: Chromium;
const links: Partial<Record<Scheme, Shop['links']>> = {};
beforeAll(async () => {
  if (program === undefined) return;
  const certificate = selfSigned('gateway.example.com');
  const places: [string, number][] = [];
  for (const scheme of SCHEMES) {
    const shop = await shopWithBranches(scheme);
    links[scheme] = shop.links;
    const routes = gatewayHost(['*'], shop.http);
    const tls = scheme === 'https' ? certificate : undefined;
    const gateway = await startGateway(process.env[ENVOY_BIN] ?? '', routes, answerPage, tls);
    gateways.push(gateway);
    for (const host of PLACES) places.push([`${host}:${PORTS[scheme]}`, gateway.port]);
  }
  chromium = await startChromium(program, places, certificate.cert);
});
afterAll(async () => {
  await chromium?.stop();
  for (const gateway of gateways) await gateway.stop();
});

async function personIn(link: string): Promise<Tab> {
  const tab = await chromium.newProfile();
  await tab.open(link);
  return tab;
}

/** What the page says, and the version of the picture in it. */
async function seen(tab: Tab): Promise<[string, string | undefined]> {
  const page = await tab.read<string>("document.querySelector('h1').textContent");
  return [page, await versionOf(tab, '#own')];
}

async function versionOf(tab: Tab, picture: string): Promise<string | undefined> {
  const width = await tab.read<number>(`document.querySelector('${picture}').naturalWidth`);
  return Object.keys(WIDTHS).find((version) => WIDTHS[version] === width);
}

/** Asks from the page, with whatever cookies the browser has for the address. */
const fetched = (tab: Tab, url: string) =>
  tab.read<string>(`fetch('${url}', { credentials: 'include' }).then((answer) => answer.text())`);

describe.each(SCHEMES)('in a browser, with an Envoy as gateway, by %s', (scheme) => {
  const SHOP = `${scheme}://shop.example.com`;
  const linkOf = (ref: string) => links[scheme]?.[ref]?.[0] ?? '';

  browserTest('without a link everybody sees the stable version', async () => {
    const tab = await chromium.newProfile();
    await tab.open(`${SHOP}/`);
    expect(await seen(tab)).toEqual([STABLE, 'main']);
    await tab.click('#next');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
    expect(await tab.read('document.cookie')).toBe('');
  });

  browserTest('a link of status.links leads to the branch, and so do links there', async () => {
    expect(linkOf('mp-101')).toBe(`${SHOP}/?x-source-route=mp-101`);
    const tab = await personIn(linkOf('mp-101'));
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    await tab.click('#next');
    expect(await tab.read('location.href')).toBe(`${SHOP}/next`);
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    await tab.open(`${SHOP}/`);
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
  });

  browserTest("the page's requests carry the ref to services without a branch", async () => {
    const tab = await personIn(linkOf('mp-101'));
    expect(await fetched(tab, '/data')).toBe(BRANCH);
    expect(await fetched(tab, '/api')).toBe('shared|backend mp-101');
  });

  browserTest.each([`${scheme}://api.example.com`, `${scheme}://other.example.com`])(
    '%s is not concerned',
    async (other) => {
      const tab = await personIn(linkOf('mp-101'));
      expect(await fetched(tab, `${other}/data`)).toBe(STABLE);
      await tab.open(`${other}/?x-source-route=mp-101`);
      expect(await seen(tab)).toEqual([STABLE, 'main']);
      await tab.click('#next');
      expect(await seen(tab)).toEqual([STABLE, 'main']);
      await tab.click('#shop');
      expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    },
  );

  browserTest('a redirect keeps the person in the branch', async () => {
    const tab = await personIn(linkOf('mp-101'));
    await tab.click('#old');
    expect(await tab.read('location.href')).toBe(`${SHOP}/`);
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    const other = await chromium.newProfile();
    await other.open(`${SHOP}/old?x-source-route=mp-101`);
    await other.click('#next');
    expect(await seen(other)).toEqual([BRANCH, 'web-mp-101']);
  });

  browserTest('the leave link leads back to the stable version for good', async () => {
    const tab = await personIn(linkOf('mp-101'));
    await tab.click('#leave');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
    expect(await tab.cookies()).toEqual([]);
    await tab.click('#next');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
  });

  browserTest('the browser has one cookie, with the attributes of the scheme', async () => {
    const tab = await personIn(linkOf('mp-101'));
    const [cookie, ...more] = await tab.cookies();
    expect(more).toEqual([]);
    expect(cookie).toMatchObject({
      name: 'x-source-route',
      value: 'mp-101',
      domain: 'shop.example.com',
      path: '/',
      sameSite: 'Lax',
      secure: scheme === 'https',
    });
    const seconds = (cookie?.expires ?? 0) - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(86_000);
    expect(seconds).toBeLessThanOrEqual(86_401);
  });

  browserTest('the link of another branch leads there; other people stay', async () => {
    const tab = await personIn(linkOf('mp-101'));
    const stays = await personIn(linkOf('mp-101'));
    await tab.open(linkOf('mp-102'));
    await tab.click('#next');
    expect(await seen(tab)).toEqual(['web-mp-102|web mp-102', 'web-mp-102']);
    await stays.click('#next');
    expect(await seen(stays)).toEqual([BRANCH, 'web-mp-101']);
    const fresh = await chromium.newProfile();
    await fresh.open(`${SHOP}/next`);
    expect(await seen(fresh)).toEqual([STABLE, 'main']);
  });

  browserTest('from another site a click leads to the branch, and pictures do not', async () => {
    const tab = await personIn(linkOf('mp-101'));
    await tab.open(`${scheme}://elsewhere.test/`);
    expect(await versionOf(tab, '#shops')).toBe('main');
    await tab.click('#shop');
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
  });

  browserTest('what the browser has kept of the stable version it still shows', async () => {
    const tab = await chromium.newProfile();
    await tab.open(`${SHOP}/kept`);
    await tab.open(linkOf('mp-101'));
    await tab.click('#kept');
    expect((await seen(tab))[0]).toBe(STABLE);
    const other = await personIn(linkOf('mp-101'));
    await other.click('#kept');
    await other.click('#leave');
    await other.click('#kept');
    expect((await seen(other))[0]).toBe(STABLE);
  });
});

describe('in a browser, with TLS and without', () => {
  browserTest('without TLS nobody stays, if the host is listed without http://', async () => {
    const link = links.http?.['mp-101']?.[1] ?? '';
    expect(link).toBe('https://tls.example.com/?x-source-route=mp-101');
    const tab = await chromium.newProfile();
    await tab.open(link.replace('https:', 'http:'));
    expect(await seen(tab)).toEqual([BRANCH, 'main']);
    await tab.click('#next');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
  });

  browserTest(
    'whom a link with TLS has led to the branch sees the stable version without',
    async () => {
      const tab = await personIn(links.https?.['mp-101']?.[0] ?? '');
      expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
      await tab.open('http://shop.example.com/next');
      expect(await seen(tab)).toEqual([STABLE, 'main']);
      await tab.open('https://shop.example.com/next');
      expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    },
  );
});
