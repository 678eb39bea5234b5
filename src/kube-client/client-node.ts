import { UsageError } from '../errors.ts';

const PACKAGE = '@kubernetes/client-node';
/** As in package.json. */
const MAJOR = 2;

/**
 * The Kubernetes client. It is loaded only when a command needs a cluster: it is large, and the service's image does not contain
 * it (docs/adr/0009-the-cli-reads-clusters.md). It supports all login methods of a kubeconfig.
 */
export async function loadClientNode(): Promise<typeof import('@kubernetes/client-node')> {
  try {
    return await import('@kubernetes/client-node');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(PACKAGE)) throw error;
    throw new UsageError(
      `reading a cluster needs the package ${PACKAGE}, which is not installed beside dynamicenv: run "npm install ${PACKAGE}@${MAJOR}" there, with --global if dynamicenv was installed with it`,
    );
  }
}
