import type { HttpRequest } from '../../../src/istio/match-request.ts';
import type { HeaderList } from '../../../src/refs/carried.ts';

/**
 * A request in the evaluator's format, which has one value for each header. Repeated headers are joined by commas,
 * without spaces around values.
 */
export function joinedRequest(list: HeaderList): HttpRequest {
  const headers = new Map<string, string>();
  for (const [name, value] of list) {
    const key = name.toLowerCase();
    const bare = value.replace(/^[ \t]+|[ \t]+$/g, '');
    const before = headers.get(key);
    headers.set(key, before === undefined ? bare : `${before},${bare}`);
  }
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'payment-service',
    path: '/',
    headers: Object.fromEntries(headers),
    gateway: 'shop/public',
  };
}
