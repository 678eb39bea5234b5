import type { HTTPRoute } from '../types.ts';
import type { Report } from '../validate-match.ts';

/**
 * A merged route's name contains the name that its author gave it, or its place in the list. Equal names would be one
 * route for the API server's merge of named lists.
 */
export function checkRouteNames(http: readonly HTTPRoute[], report: Report): void {
  const seen = new Map<string, number>();
  http.forEach((route, i) => {
    const name = route.name || `${i}`;
    const before = seen.get(name);
    const message = `is the name of http[${before}], too (a route without a name has its place as its name): choose another one`;
    report(`http[${i}]`, before === undefined ? undefined : message, 'name');
    seen.set(name, i);
  });
}
