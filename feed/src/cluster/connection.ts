import { type IncomingMessage, request as plainRequest } from 'node:http';
import { type RequestOptions, request as secureRequest } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { type ApiServer, ListError } from './api-server.ts';

/** Far more than a page of 500 Subscribers has. */
const MOST_BYTES = 32 * 2 ** 20;

/**
 * The API server of a configuration. The configuration is loaded at first use, and again after every failure: the client keeps its
 * connections' certificate authority for ever, and reads the token again only when a minute has passed by the wall clock.
 */
export function connectApiServer(load: () => KubeConfig): ApiServer {
  let config: KubeConfig | undefined;
  const send = async (path: string, signal: AbortSignal): Promise<IncomingMessage> => {
    config ??= load();
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const response = await open(`${config.getCurrentCluster()?.server}${path}`, options, signal);
    if (response.statusCode === 401) config = undefined;
    return response;
  };
  const failed = (error: Error, signal: AbortSignal): Error => {
    config = undefined;
    if (signal.aborted) return signal.reason;
    return new ListError(`the API server cannot be reached: ${error.message || error}`);
  };
  return {
    get: async (path, signal) => {
      try {
        const response = await send(path, signal);
        return { status: response.statusCode ?? 0, text: await textOf(response) };
      } catch (error) {
        throw failed(error as Error, signal);
      }
    },
    watch: async (path, onData, signal) => {
      try {
        const response = await send(path, signal);
        const status = response.statusCode ?? 0;
        for await (const _ of response) if (status === 200) onData();
        return status;
      } catch (error) {
        throw failed(error as Error, signal);
      }
    },
  };
}

function open(url: string, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.startsWith('http:') ? plainRequest : secureRequest;
  const headers = {
    accept: 'application/json',
    'user-agent': 'dynamicenv-feed',
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, headers, signal });
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      response.destroy();
      throw new Error(`a page of the list has more than ${MOST_BYTES / 2 ** 20} MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
