import { readdirSync, readFileSync } from 'node:fs';

export interface RecordedCall {
  file: string;
  url: string;
  request: unknown;
}

const FOLDER = new URL('../../fixtures/recorded/', import.meta.url);

const URLS: Readonly<Record<string, string>> = {
  admit: '/admission/virtualservices',
  composite_customize: '/dynamicenv/customize',
  composite_finalize: '/dynamicenv/finalize',
  composite_sync: '/dynamicenv/sync',
  decorator_customize: '/route-injection/customize',
  decorator_sync: '/route-injection/sync',
};

/** The calls that a real Metacontroller and API server sent to an early prototype, in order. */
export function recordedCalls(strategy: string): RecordedCall[] {
  const folder = new URL(`${strategy}/`, FOLDER);
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const url = URLS[file.replace(/^\d+_|\.json$/g, '')] ?? '';
      const { request } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
        request: unknown;
      };
      return { file, url, request };
    });
}
