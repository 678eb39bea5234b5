import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';

/** Address of an API server, and the credentials for it. */
export interface Access {
  /** For example `https://127.0.0.1:6443`. */
  url: string;
  /** CA certificate (PEM) with which the server's certificate is verified. */
  ca: string;
  token?: string;
  /** Client certificate and key, PEM. */
  cert?: string;
  key?: string;
}

/** Error response of the API server, with its HTTP status code. */
export class ApiFailure extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface CallOptions {
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string;
}

export interface Api {
  /**
   * One request. Returns the parsed JSON body, or the text if it is not JSON (`/readyz`). Throws ApiFailure with the
   * API server's message.
   */
  call<T = unknown>(method: string, path: string, options?: CallOptions): Promise<T>;
  /**
   * Calls `onLine` for each line of a watch, and `onEnd` when the API server ends the watch or the connection breaks.
   * Returns a function that stops the watch; then `onEnd` is not called.
   */
  stream(path: string, onLine: (line: unknown) => void, onEnd: (error?: Error) => void): () => void;
  close(): void;
}

/** A small client for one API server: single requests and watches. */
export function createApi({ url, ca, token, cert, key }: Access): Api {
  const agent = new Agent({
    keepAlive: true,
    ca,
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
  const open = (method: string, path: string, { body, contentType }: CallOptions = {}) => {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      method,
      agent,
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(content === undefined
          ? {}
          : // Without a content-length, Node sends the body of a DELETE without framing, and the server ignores it.
            {
              'content-type': contentType ?? 'application/json',
              'content-length': content.length,
            }),
      },
    };
    const sent = httpsRequest(`${url}${path}`, options);
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve).on('error', reject);
    });
    sent.end(content);
    return { sent, answered };
  };
  /** A connection that the server closed because it was idle is found closed only by the next request, which must be sent again. */
  const answerTo = async (
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<IncomingMessage> => {
    const { sent, answered } = open(method, path, options);
    try {
      return await answered;
    } catch (error) {
      const isClosed = sent.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (!isClosed) throw error;
      return answerTo(method, path, options);
    }
  };
  return {
    call: async (method, path, options) => {
      const answer = await answerTo(method, path, options);
      const content = await text(answer);
      const isJson = answer.headers['content-type']?.includes('json') ?? false;
      if ((answer.statusCode ?? 0) < 300) return isJson ? JSON.parse(content) : content;
      throw new ApiFailure(answer.statusCode ?? 0, messageOf(content));
    },
    stream: (path, onLine, onEnd) => {
      const { sent, answered } = open('GET', path);
      let stopped = false;
      const end = (error?: Error) => {
        if (!stopped) onEnd(error);
        stopped = true;
      };
      answered.then((answer) => readLines(answer, onLine, end), end);
      return () => {
        stopped = true;
        sent.destroy();
      };
    },
    close: () => agent.destroy(),
  };
}

function messageOf(content: string): string {
  try {
    return (JSON.parse(content) as { message?: string }).message ?? content;
  } catch {
    // Not every error response is a Status object in JSON.
    return content;
  }
}

function readLines(
  answer: IncomingMessage,
  onLine: (line: unknown) => void,
  onEnd: (error?: Error) => void,
): void {
  if (answer.statusCode !== 200) {
    text(answer).then(
      (body) => onEnd(new ApiFailure(answer.statusCode ?? 0, messageOf(body))),
      onEnd,
    );
    return;
  }
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line));
  });
  answer.on('error', onEnd);
  answer.on('close', () => onEnd());
}
