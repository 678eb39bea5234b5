import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { cutText } from '../k8s/cut-text.ts';
import { pointerKeys } from '../k8s/json-pointer.ts';

/** UTF-16 units of what is quoted: keys are whatever somebody sent. Metacontroller makes an event of it, whose bound is 1,024. */
const MOST_OF = { key: 100, field: 400, text: 1000 };

/** After it was too busy. */
const RETRY_SECONDS = 1;

const EXPECTED =
  "expected Metacontroller's hook version v2, or an AdmissionReview of admission.k8s.io/v1";

/**
 * Never 200: Metacontroller takes a 200 without a child for the wish to delete that child. The text becomes the
 * message of a Warning event on the object.
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
  // The API server tells nobody what it was answered.
  request.log.warn({ url: request.url }, answer.error);
  if (statusCode === 429) reply.header('retry-after', RETRY_SECONDS);
  return reply.code(statusCode).send(answer);
}

function describeBody({ message, statusCode }: FastifyError, request: FastifyRequest): string {
  const limit = request.routeOptions.bodyLimit / 2 ** 20;
  return statusCode === 413 ? `${message}: at most ${limit} MiB are read` : message;
}

/** What is at fault when the body was not even looked into: its size or syntax, or its content type. */
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
