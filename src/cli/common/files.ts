import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../../errors.ts';

const ENDINGS = ['.yaml', '.yml', '.json'];

/** The files that paths name: files, folders (without subfolders) and `-` (standard input). One that is named twice is there once. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const real = await Promise.all(files.map(realOf));
  return files.filter((_, index) => real.indexOf(real[index] ?? '') === index);
}

/** A pipe, such as a shell's `<(helm template …)`, has no real path; a link may lead nowhere, which reading it tells. */
async function realOf(file: string): Promise<string> {
  return file === '-' ? file : realpath(file).catch(() => file);
}

async function filesAt(path: string): Promise<string[]> {
  if (path === '-') return [path];
  const kind = await stat(path).catch(() => {
    throw new UsageError(`${path}: no such file or directory`);
  });
  if (!kind.isDirectory()) return [path];
  const named = (await readdir(path)).filter((name) => ENDINGS.some((end) => name.endsWith(end)));
  const files = named.sort().map((name) => join(path, name));
  const are = await Promise.all(files.map(isFolder));
  const found = files.filter((_, index) => !are[index]);
  if (found.length === 0) throw new UsageError(`${path}: no ${ENDINGS.join(', ')} files in it`);
  return found;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (kind) => kind.isDirectory(),
    () => false,
  );
}

/** `-` as people are told of it. */
export function fileName(file: string): string {
  return file === '-' ? '(standard input)' : file;
}

/** The text of a file. UTF-16 if it begins with its byte order mark, else UTF-8: `FileVisitor` in cli-runtime's `pkg/resource/visitor.go`. */
export async function readText(file: string): Promise<string> {
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch(
    (error: Error) => {
      throw new UsageError(`${fileName(file)}: ${error.message}`);
    },
  );
  const mark = `${bytes[0]} ${bytes[1]}`;
  const encoding = MARKS.get(mark) ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

const MARKS = new Map([
  [`${0xff} ${0xfe}`, 'utf-16le'],
  [`${0xfe} ${0xff}`, 'utf-16be'],
]);
