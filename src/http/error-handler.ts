import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { cutText } from '../k8s/cut-text.ts';
import { pointerKeys } from '../k8s/json-pointer.ts';

/** Limits of quoted text in UTF-16 units: a client may send keys of any length. Metacontroller makes an event of it, limited to 1,024. */
const MOST_OF = { key: 100, field: 400, text: 1000 };

/** When a client should retry after 429. */
const RETRY_SECONDS = 1;

const EXPECTED =
  "expected Metacontroller's hook version v2, or an AdmissionReview of admission.k8s.io/v1";

/**
 * Never answers 200: after a 200 that lacks a child, Metacontroller deletes that child. The text becomes the message of a
 * Warning event on the object.
 */
export function handleError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const statusCode = error.statusCode ?? 500;
  const text = cutText(error.message, MOST_OF.text);
  if (statusCode >= 500) {
    request.log.error(error);
    return reply.code(500).send({ error: text });
  }
  const [wrong] = error.validation ?? [];
  const answer =
    wrong === undefined
      ? {
          error: cutText(describeBody(error, request), MOST_OF.text),
          field: fieldOfStatus(statusCode),
        }
      : describeWrong(wrong);
  // The API server does not report the webhook's error to anybody: log it here.
  request.log.warn({ url: request.url }, answer.error);
  if (statusCode === 429) reply.header('retry-after', RETRY_SECONDS);
  return reply.code(statusCode).send(answer);
}

function describeBody({ message, statusCode }: FastifyError, request: FastifyRequest): string {
  const limit = request.routeOptions.bodyLimit / 2 ** 20;
  return statusCode === 413 ? `${message}: at most ${limit} MiB are read` : message;
}

/** The field to name when the body was not validated: its size or syntax, or its content type, is wrong. */
function fieldOfStatus(statusCode: number): string {
  return statusCode === 415 ? 'Content-Type' : 'body';
}

function describeWrong(wrong: FastifySchemaValidationError): { error: string; field: string } {
  const field = fieldOf(wrong);
  const problem =
    wrong.keyword === 'required' ? 'is missing' : cutText(`${wrong.message}`, MOST_OF.field);
  return { error: `${field} ${problem}: ${EXPECTED}`, field };
}

/** `children["Deployment.apps/v1"]["shop/backend"].metadata`; the body itself is `body`. */
function fieldOf({ instancePath, keyword, params }: FastifySchemaValidationError): string {
  const missing = keyword === 'required' ? [`${params['missingProperty']}`] : [];
  const path = [...pointerKeys(instancePath), ...missing]
    .map((key) => cutText(key, MOST_OF.key))
    .map((key) => (/^\w+$/.test(key) ? `.${key}` : `["${key}"]`))
    .join('');
  return path === '' ? 'body' : cutText(path.replace(/^\./, ''), MOST_OF.field);
}
