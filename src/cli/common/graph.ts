import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { htmlOf } from '../../picture/html.ts';
import { drawingOf } from '../../picture/layout.ts';
import { pictureOf } from '../../picture/picture.ts';
import { svgOf } from '../../picture/svg.ts';
import type { PictureSettings } from '../../picture/types.ts';
import type { Trace } from '../../trace/types.ts';
import { loadPlacer } from './layout-library.ts';
import { textOption } from './option-values.ts';

/** For `preview` and `trace`. */
export const GRAPH_OPTION = { graph: { type: 'string' } } as const;

export const GRAPH_HELP =
  '  --graph FILE.svg|.html     draw Services, versions, routes and problems; an .html page can be enlarged and searched';

/** A file to draw into, and how. */
export interface GraphFile {
  path: string;
  draw: typeof svgOf;
}

const FORMATS: Record<string, GraphFile['draw']> = { '.svg': svgOf, '.html': htmlOf };

/** The file of `--graph`; its extension decides the format. */
export function graphOption(given: Record<string, unknown>): GraphFile | undefined {
  const path = textOption(given, 'graph');
  if (path === undefined) return undefined;
  const ending = extname(path).toLowerCase();
  const draw = Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
  if (draw !== undefined) return { path, draw };
  throw new UsageError(`--graph: expected a file that ends in .svg or .html, got "${path}"`);
}

/** Draws the objects into the file, if one is given; with the path of a traced request, if there is one. */
export async function drawGraph(
  file: GraphFile | undefined,
  objects: readonly KubeObject[],
  settings: PictureSettings,
  trace?: Trace,
): Promise<void> {
  if (file === undefined) return;
  const { path, draw } = file;
  const place = await loadPlacer();
  const drawing = await drawingOf(pictureOf(objects, settings, trace), place);
  const names = drawing.envs.map(({ name }) => name).join(', ');
  const text = draw(drawing, names === '' ? 'no DynamicEnv' : `DynamicEnv ${names}`);
  try {
    await writeFile(path, text.endsWith('\n') ? text : `${text}\n`);
  } catch (error) {
    throw new UsageError(`--graph: ${path}: cannot be written: ${(error as Error).message}`);
  }
}
