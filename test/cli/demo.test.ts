import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { VirtualService } from '../../src/istio/types.ts';
import * as render from '../../src/virtualservice/injections/render.ts';
import type { RouteLists } from '../../src/virtualservice/routes/lists.ts';
import * as patch from '../../src/virtualservice/routes/patch.ts';
import type { UsersVirtualService } from '../../src/virtualservice/routes/strip.ts';
import { recorder } from './lib/in-process.ts';

jest.setTimeout(30_000);
const FILES = {
  render: '../../src/virtualservice/injections/render.ts',
  patch: '../../src/virtualservice/routes/patch.ts',
};

afterEach(() => {
  jest.resetModules();
  for (const file of Object.values(FILES)) jest.unstable_unmockModule(file);
});

async function told(): Promise<{ code: number; lines: string[] }> {
  const { demo } = await import('../../src/cli/demo/demo.ts');
  const output = recorder();
  const code = await demo(output);
  return { code, lines: output.text().trimEnd().split('\n') };
}

test('every statement that the demo prints is true', async () => {
  const { code, lines } = await told();
  expect([code, lines.at(-1)]).toEqual([0, '0 differences from the start']);
  expect(lines.filter((line) => /GET http:\/\/backend\/ .*→ version/.test(line))).toHaveLength(8);
});

describe('the demo notices errors in the code', () => {
  const { renderRoutes, routesFor } = render;
  const misled = <T>(http: T): T =>
    JSON.parse(
      JSON.stringify(http).replaceAll('"subset":"backend-test-user"', '"subset":"shared"'),
    );
  const { patchRoutes } = patch;

  test.each<[string, string, object, RegExp]>([
    [
      'routes are never rendered',
      'render',
      {
        renderRoutes: ({ spec: { http } }: UsersVirtualService) => ({ http, dropped: [] }),
        routesFor: ({ routes }: render.Draft) => routes.map(({ route }) => route),
      },
      /^not true: the routes are added within 120 s$/,
    ],
    [
      'routes lead to the base',
      'render',
      {
        renderRoutes: (...given: Parameters<typeof renderRoutes>) => {
          const { http, ...rest } = renderRoutes(...given);
          return { ...rest, http: misled(http) };
        },
        routesFor: (...given: Parameters<typeof routesFor>) => misled(routesFor(...given)),
      },
      /^not true: GET .* with user: test-user goes to test-user, not to shared$/,
    ],
    [
      'routes come after the routes that they should precede',
      'patch',
      {
        patchRoutes: ({ spec: { http: from = [] } }: VirtualService, { http: to }: RouteLists) => [
          ...(JSON.stringify(from) === JSON.stringify(to)
            ? []
            : [{ op: 'replace', path: '/spec/http', value: [...to].reverse() }]),
        ],
      },
      /^not true: GET .* with user: test-user goes to test-user, not to shared$/,
    ],
    [
      'routes are not removed',
      'patch',
      {
        patchRoutes: (...given: Parameters<typeof patchRoutes>) =>
          patchRoutes(...given).filter(({ op }) => op !== 'remove'),
      },
      /^not true: the routes are removed within 120 s$/,
    ],
  ])('%s', async (_, name, broken, message) => {
    const whole = name === 'render' ? render : patch;
    jest.unstable_mockModule(name === 'render' ? FILES.render : FILES.patch, () => ({
      ...whole,
      ...broken,
    }));
    const { code, lines } = await told();
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(message);
  });
});
