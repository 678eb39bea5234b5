import { UsageError } from '../../errors.ts';
import type { Placer } from '../../picture/layout.ts';

const PACKAGE = 'elkjs';
/** As in package.json. */
const VERSION = '0.12';

/**
 * The layout library, loaded when a picture is asked for and not before: it is large, and the service's image does not
 * contain it (docs/adr/0012-pictures-are-laid-out-by-elk.md).
 */
export async function loadPlacer(): Promise<Placer> {
  try {
    const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
    const elk = new Elk.default();
    return (graph) => elk.layout(graph);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(PACKAGE)) throw error;
    throw new UsageError(
      `--graph needs the package ${PACKAGE}, which is not installed beside dynamicenv: run "npm install ${PACKAGE}@${VERSION}" there, with --global if dynamicenv was installed with it`,
    );
  }
}
