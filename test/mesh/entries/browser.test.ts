import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { type Chromium, chromiumProgram, startChromium, type Tab } from './chromium.ts';
import { gatewayHost } from './envoy-routes.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { answerPage, WIDTHS } from './pages.ts';
import { type Shop, shopWithBranches } from './shop.ts';

const SHOP = 'http://shop.example.com';
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

let gateway: Gateway;
let chromium: Chromium;
let links: Shop['links'];
beforeAll(async () => {
  if (program === undefined) return;
  const shop = await shopWithBranches();
  links = shop.links;
  const routes = gatewayHost(['*'], shop.http);
  gateway = await startGateway(process.env[ENVOY_BIN] ?? '', routes, answerPage);
  chromium = await startChromium(program, PLACES, gateway.port);
});
afterAll(async () => {
  await chromium?.stop();
  await gateway?.stop();
});

const linkOf = (ref: string) => links[ref]?.[0] ?? '';

async function personIn(ref: string): Promise<Tab> {
  const tab = await chromium.newProfile();
  await tab.open(linkOf(ref));
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

describe('in a browser, with an Envoy as gateway', () => {
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
    const tab = await personIn('mp-101');
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    await tab.click('#next');
    expect(await tab.read('location.href')).toBe(`${SHOP}/next`);
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    await tab.open(`${SHOP}/`);
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
  });

  browserTest("the page's requests carry the ref to services without a branch", async () => {
    const tab = await personIn('mp-101');
    expect(await fetched(tab, '/data')).toBe(BRANCH);
    expect(await fetched(tab, '/api')).toBe('shared|backend mp-101');
  });

  browserTest.each(['http://api.example.com', 'http://other.example.com'])(
    '%s is not concerned',
    async (other) => {
      const tab = await personIn('mp-101');
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
    const tab = await personIn('mp-101');
    await tab.click('#old');
    expect(await tab.read('location.href')).toBe(`${SHOP}/`);
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
    const other = await chromium.newProfile();
    await other.open(`${SHOP}/old?x-source-route=mp-101`);
    await other.click('#next');
    expect(await seen(other)).toEqual([BRANCH, 'web-mp-101']);
  });

  browserTest('the leave link leads back to the stable version for good', async () => {
    const tab = await personIn('mp-101');
    await tab.click('#leave');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
    expect(await tab.read('document.cookie')).toBe('');
    await tab.click('#next');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
  });

  browserTest('the link of another branch leads there; other people stay', async () => {
    const tab = await personIn('mp-101');
    const stays = await personIn('mp-101');
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
    const tab = await personIn('mp-101');
    await tab.open('http://elsewhere.test/');
    expect(await versionOf(tab, '#shops')).toBe('main');
    await tab.click('#shop');
    expect(await seen(tab)).toEqual([BRANCH, 'web-mp-101']);
  });

  browserTest('without TLS nobody stays, if the host is listed without http://', async () => {
    const link = links['mp-101']?.[1] ?? '';
    expect(link).toBe('https://tls.example.com/?x-source-route=mp-101');
    const tab = await chromium.newProfile();
    await tab.open(link.replace('https:', 'http:'));
    expect(await seen(tab)).toEqual([BRANCH, 'main']);
    await tab.click('#next');
    expect(await seen(tab)).toEqual([STABLE, 'main']);
  });

  browserTest('what the browser has kept of the stable version it still shows', async () => {
    const tab = await chromium.newProfile();
    await tab.open(`${SHOP}/kept`);
    await tab.open(linkOf('mp-101'));
    await tab.click('#kept');
    expect((await seen(tab))[0]).toBe(STABLE);
    const other = await personIn('mp-101');
    await other.click('#kept');
    await other.click('#leave');
    await other.click('#kept');
    expect((await seen(other))[0]).toBe(STABLE);
  });
});
