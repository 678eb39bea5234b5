import { request as plainRequest } from 'node:http';
import { type RequestOptions, request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { UsageError } from '../errors.ts';
import type { ChosenConfig } from './config.ts';

const TIMEOUT_MS = 30_000;

/** The answer of an API server; `body`: parsed JSON, or undefined if it is something else. */
export interface Answer {
  status: number;
  body: unknown;
}

/** Sends a GET, the only verb here. Throws a UsageError if the server cannot be reached or does not accept the credentials. */
export async function getJson(chosen: ChosenConfig, path: string): Promise<Answer> {
  const { server, context, user } = chosen;
  const options = await credentials(chosen);
  const answer = await send(new URL(server + path), options).catch(
    (error: NodeJS.ErrnoException) => {
      const why = error.message || error.code;
      throw new UsageError(
        `the API server ${server} (context ${context}) cannot be reached: ${why}`,
      );
    },
  );
  if (answer.status === 401) {
    throw new UsageError(
      `the API server ${server} (context ${context}) does not accept the credentials of user "${user}" in the kubeconfig: log in again`,
    );
  }
  return answer;
}

/** TLS and login options from the kubeconfig. This may run a login plugin. */
async function credentials({ config, user }: ChosenConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const [first = ''] = (error as Error).message.trim().split('\n');
    throw new UsageError(`kubeconfig, user "${user}": logging in failed: ${first}`);
  }
  return options;
}

function send(url: URL, options: RequestOptions): Promise<Answer> {
  const request = url.protocol === 'http:' ? plainRequest : secureRequest;
  const headers = { accept: 'application/json', 'user-agent': 'dynamicenv', ...options.headers };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, method: 'GET', headers, timeout: TIMEOUT_MS });
    sent.on('timeout', () => {
      sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`));
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body: parsed(body) }),
        reject,
      );
    });
    sent.end();
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
