import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { trace } from '../../src/cli/trace/trace.ts';
import { previewed, recorder, refusal } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SHOP = path('../../examples/shop');
const CROWDED = path('./fixtures/crowded');
const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-graph-'));
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = (name: string) => readFileSync(join(folder, name), 'utf8');
const texts = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);

test('preview --graph: the picture of examples/shop in the documentation is current', async () => {
  const { code, text } = await previewed('-f', SHOP, '--graph', join(folder, 'shop.svg'));
  expect([code, text.includes('DynamicEnv test-user is ready')]).toEqual([0, true]);
  const documented = readFileSync(path('../../docs/pictures/shop.svg'), 'utf8');
  // The layout library decides where boxes are, so only the texts of boxes and lines are compared.
  expect(texts(drawn('shop.svg'))).toEqual(texts(documented));
  expect(documented.length).toBeLessThan(60_000);
});

test('preview --graph: levels of versions; the picture in the documentation is current', async () => {
  const store = path('../../examples/virtual-environment');
  const { code } = await previewed('-f', store, '--graph', join(folder, 'levels.svg'));
  const documented = readFileSync(path('../../docs/pictures/virtual-environment.svg'), 'utf8');
  expect([code, texts(drawn('levels.svg'))]).toEqual([0, texts(documented)]);
  expect(documented.length).toBeLessThan(60_000);
});

test('preview --graph: problems are red and have their reason', async () => {
  await previewed('-f', CROWDED, '--graph', join(folder, 'crowded.svg'));
  const svg = drawn('crowded.svg');
  expect(svg).toMatch(/<g class="edge route wrong"><title>[^<]*! route &quot;open&quot; sends to/);
  expect(svg).toMatch(/! bob: shadowed: match 1 never applies: env &quot;alice&quot; takes/);
  expect(texts(svg)).toContain('DynamicEnv bob: degraded, requests with user=alice');
});

test('trace --graph: the path of the request, as an HTML page', async () => {
  const output = recorder();
  const file = join(folder, 'way.html');
  const calls = ['http://web.shop/', 'http://backend.shop/reports', '-H', 'user: test-user'];
  expect(await trace(['-f', SHOP, ...calls, '--graph', file], output)).toBe(0);
  const html = drawn('way.html');
  expect(html.startsWith('<!doctype html>')).toBe(true);
  expect(texts(html)).toContain('GET http://web.shop/');
  expect(texts(html)).toContain(
    'GET http://backend.shop/reports: to Deployment shop/backend-test-user',
  );
  expect(html.match(/<g class="edge [^"]*traced"><title>env test-user/g)).not.toBeNull();
});

test('the output for programs does not change with --graph', async () => {
  const plain = await previewed('-f', SHOP, '-o', 'json');
  const beside = await previewed('-f', SHOP, '-o', 'json', '--graph', join(folder, 'j.svg'));
  expect(beside.text).toBe(plain.text);
});

describe('bad values are refused with a message', () => {
  test.each([['shop.png'], ['shop'], ['svg'], ['constructor'], ['.svg']])('%s', async (name) => {
    expect(await refusal('-f', SHOP, '--graph', name)).toBe(
      `--graph: expected a file that ends in .svg or .html, got "${name}"`,
    );
  });

  test('a file that cannot be written', async () => {
    expect(await refusal('-f', SHOP, '--graph', join(folder, 'gone', 'x.svg'))).toMatch(
      /^--graph: .*x\.svg: cannot be written: ENOENT/,
    );
  });

  test('an empty value, as from a variable that is not set', async () => {
    expect(await refusal('-f', SHOP, '--graph', '')).toMatch(/^--graph: expected a value/);
  });

  test('without the layout library: the error says what to install', async () => {
    const hook = `
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          if (!specifier.startsWith('elkjs')) return next(specifier, context);
          const error = new Error("Cannot find package 'elkjs' imported from here");
          error.code = 'ERR_MODULE_NOT_FOUND';
          throw error;
        },
      });`;
    const file = join(folder, 'none.svg');
    const outcome = await runProgram(['preview', '-f', SHOP, '--graph', file], { before: [hook] });
    expect([outcome.code, outcome.stderr]).toEqual([
      2,
      'dynamicenv: --graph needs the package elkjs, which is not installed beside dynamicenv: run "npm install elkjs@0.12" there, with --global if dynamicenv was installed with it\n',
    ]);
  });
});

test('without --graph the layout library is not loaded', async () => {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier.startsWith('elkjs')) throw new Error('loaded');
        return next(specifier, context);
      },
    });`;
  const outcome = await runProgram(['preview', '-f', SHOP], { before: [hook] });
  expect([outcome.code, outcome.stderr]).toEqual([0, '']);
});
