import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import { ref } from '../../src/cli/ref/ref.ts';
import { recorder, refusalOf } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';
import { traced } from './lib/traced.ts';

jest.setTimeout(60_000);

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));

function refsOf(...args: string[]): string {
  const output = recorder();
  expect(ref(args, output)).toBe(0);
  return output.text();
}

describe('ref', () => {
  test('of one branch: prints only the ref, for pipelines', async () => {
    const outcome = await runProgram(['ref', 'feature/mp-101-bla-bla']);
    expect(outcome).toEqual({ code: 0, stdout: 'mp-101\n', stderr: '' });
  });

  test('of several branches: prints each branch with its ref', () => {
    expect(refsOf('feature/mp-101-a', 'main', 'main')).toBe(
      'feature/mp-101-a\tmp-101\nmain\tmain\nmain\tmain\n',
    );
  });

  test('exit code 2 if two branches have the same ref, after the output', async () => {
    const branches = ['feature/mp-101-a', 'main', 'fix/MP-101-b'];
    expect(await runProgram(['ref', ...branches])).toEqual({
      code: 2,
      stdout: 'feature/mp-101-a\tmp-101\nmain\tmain\nfix/MP-101-b\tmp-101\n',
      stderr:
        'dynamicenv: feature/mp-101-a and fix/MP-101-b have the ref mp-101; in one service only one version can have it: rename a branch, or use --whole\n',
    });
  });

  test('--whole: different branches always have different refs', () => {
    expect(refsOf('--whole', 'feature/mp-101-a', 'fix/MP-101-b')).toMatch(
      /^feature\/mp-101-a\tfeature-mp-101-a-[0-9a-f]{10}\nfix\/MP-101-b\tfix-mp-101-b-[0-9a-f]{10}\n$/,
    );
  });

  test.each([
    [[], 'BRANCH is missing, such as feature/mp-101-new-form; see --help'],
    [[''], 'BRANCH "" must not be empty: write the name as git has it'],
    [
      ['main', 'a\tb'],
      'BRANCH "a\\tb" must not have white space or control characters: write the name as git has it',
    ],
    [['--hole', 'a'], "Unknown option '--hole'; see --help"],
  ])('%j is refused', async (args, message) => {
    const output = recorder();
    expect(await refusalOf((async () => ref(args, output))())).toBe(message);
    expect(output.text()).toBe('');
  });
});

describe('trace --ref', () => {
  const sent = async (...args: string[]) => {
    const { text } = await traced('-f', SHOP, ...args);
    return { head: text.split('\n')[0], end: text.slice(text.indexOf('\nHow to send it')) };
  };

  test('a ref for all services', async () => {
    const { head, end } = await sent('http://backend.shop/api/x', '--ref', 'mp-101');
    expect(head).toBe('GET http://backend.shop/api/x  x-source-route: mp-101');
    expect(end).toBe(`
How to send it
  selects        backend: mp-101
  curl           curl -H 'x-source-route: mp-101' 'http://backend.shop/api/x'
`);
  });

  test('by the headers and carriers of the cluster', async () => {
    const flags = ['--service-route-header', 'X-Pick', '--source-route-header', 'x-branch'];
    const carriers = ['--ref-carriers', 'header,baggage,cookie'];
    const url = 'http://backend.shop/';
    const { head, end } = await sent(url, '--ref', 'mp-101', ...flags, ...carriers);
    expect(head).toBe('GET http://backend.shop/  x-branch: mp-101');
    expect(end).toBe(`
How to send it
  selects        backend: mp-101
  curl           curl -H 'x-branch: mp-101' 'http://backend.shop/'
  baggage        -H 'baggage: x-branch=mp-101'
`);
    const pairs = await sent(url, '--ref', 'backend:mp-101', ...flags);
    expect(pairs.head).toBe('GET http://backend.shop/  x-pick: backend:mp-101');
    const both = sent(url, '--ref', 'mp-101', '-H', 'X-PICK: web:a', ...flags);
    expect(await refusalOf(both)).toBe("give --ref or -H 'X-PICK: web:a', not both");
  });

  test('the two headers must differ', async () => {
    const flags = ['--service-route-header', 'x-a', '--source-route-header', 'X-A'];
    expect(await refusalOf(sent('http://backend.shop/', ...flags))).toBe(
      '--service-route-header and --source-route-header are both "x-a": give them different names',
    );
  });

  test('refs for several services, over several hops', async () => {
    const pairs = 'backend:mp-101::cart:mp-102';
    const urls = ['http://web.shop/', 'http://backend.shop/a'];
    const { head, end } = await sent('POST', ...urls, '-H', "user: o'x", '--ref', pairs);
    expect(head).toBe(`POST http://web.shop/  user: o'x  x-service-route: ${pairs}`);
    expect(end).toBe(`
How to send it
  selects        web: nothing, so its regular version
                 backend: mp-101
  curl           curl -X POST -H 'user: o'\\''x' -H 'x-service-route: ${pairs}' 'http://web.shop/'
`);
  });

  test('from outside the mesh: also a cookie, and the host header', async () => {
    const gateway = ['--gateway', 'shop/public', '-H', 'Host: shop.example.com'];
    const { end } = await sent('http://localhost/', ...gateway, '--ref', 'mp-101');
    const plain = `
How to send it
  curl           curl -H 'host: shop.example.com' -H 'x-source-route: mp-101' 'http://localhost/'
`;
    expect(end).toBe(plain);
    const carriers = ['--ref-carriers', 'baggage,cookie'];
    const more = await sent('http://localhost/', ...gateway, '--ref', 'mp-101', ...carriers);
    expect(more.end).toBe(`${plain}\
  baggage        -H 'baggage: x-source-route=mp-101'
  cookie         -H 'cookie: x-source-route=mp-101'
`);
  });

  test('for programs: only the request', async () => {
    const { text } = await traced('-f', SHOP, 'http://web.shop/', '--ref', 'rc', '-o', 'json');
    expect(JSON.parse(text).hops[0].request.headers).toEqual({ 'x-source-route': 'rc' });
  });

  test.each([
    ['MP-101', /^--ref: ref must consist of .* got "MP-101"; "dynamicenv ref BRANCH" derives one/],
    ['', /^--ref: ref must not be empty/],
    ['web:mp-1:x', /^--ref: expected a ref such as mp-101, or pairs such as .*, got "web:mp-1:x"$/],
    ['web.shop:mp-1', /^--ref: service must consist .* without its namespace$/],
    ['web:MP-1', /^--ref: ref must consist/],
    ['web:a::web:a', /^--ref: service web has two pairs; leave one out$/],
  ])('%j is refused', async (text, message) => {
    expect(await refusalOf(sent('http://web.shop/', '--ref', text))).toMatch(message);
  });

  test('is refused beside a header that says something else', async () => {
    const args = ['http://web.shop/', '--ref', 'rc', '-H', 'X-Service-Route: web:mp-1'];
    expect(await refusalOf(sent(...args))).toBe(
      "give --ref or -H 'X-Service-Route: web:mp-1', not both",
    );
  });
});
