import { HEADER } from './request.ts';

/** Headers of one request with a ref; `user`: a user whose requests some env takes at some time. */
type RefHeaders = (ref: string, user: string) => Record<string, string>;

const SERVICE = 'x-service-route';
const SOURCE = 'x-source-route';

/** Headers that select the ref for the service `backend`. */
export const WITH_REF: readonly RefHeaders[] = [
  (ref) => ({ [SOURCE]: ref }),
  (ref) => ({ [SERVICE]: `backend:${ref}` }),
  (ref) => ({ [SERVICE]: `frontend:mp-9::backend:${ref}::payments:mp-9` }),
  (ref) => ({ [SERVICE]: `backend:${ref}`, [SOURCE]: 'mp-9' }),
  (ref) => ({ [SERVICE]: 'frontend:mp-9', [SOURCE]: ref }),
  (ref) => ({ baggage: `session=1;p=2, ${SOURCE}=${ref}` }),
  (ref) => ({ baggage: `${SERVICE}=frontend%3Amp-9%3A%3abackend%3a${ref}` }),
  (ref, user) => ({ [SOURCE]: ref, [HEADER]: user }),
];

/** Headers with refs that select none for `backend`, or one that no env has. The last one is for the user's env. */
export const STRANGE_REFS: readonly RefHeaders[] = [
  (ref) => ({ [SOURCE]: `${ref}x` }),
  (ref) => ({ [SOURCE]: ref.toUpperCase() }),
  (ref) => ({ [SERVICE]: `my-backend:${ref}` }),
  (ref) => ({ [SERVICE]: `backend:${ref}::` }),
  (ref) => ({ [SERVICE]: `backend:${ref}::backend:mp-9` }),
  (ref) => ({ [SERVICE]: 'backend:mp-9', [SOURCE]: ref }),
  (ref) => ({ [SOURCE]: '', baggage: `${SOURCE}=${ref}` }),
  (ref) => ({ tracestate: `${SOURCE}=${ref}`, cookie: `${SOURCE}=${ref}` }),
  (_, user) => ({ [SOURCE]: 'mp-9', [HEADER]: user }),
];
