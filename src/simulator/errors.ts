/** An error that the API server answers (metav1.Status). */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
  }
}

export function notFound(what: string): ApiError {
  return new ApiError(404, 'NotFound', `${what} not found`);
}

export function alreadyExists(what: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${what} already exists`);
}

export function conflict(what: string, why = STALE): ApiError {
  return new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${what}: ${why}`);
}

const STALE =
  'the object has been modified; please apply your changes to the latest version and try again';

export function invalid(what: string, why: string): ApiError {
  return new ApiError(422, 'Invalid', `${what} is invalid: ${why}`);
}

export function isReason(error: unknown, reason: string): boolean {
  return error instanceof ApiError && error.reason === reason;
}
