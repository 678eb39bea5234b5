import type { ApiAnswer } from './api-server.ts';

const MOST_OF_MESSAGE = 500;

/** What an answer other than 200 to a list means, and what to do. */
export function problemOf({ status, text }: ApiAnswer): string {
  const said = messageIn(text);
  switch (status) {
    case 401:
      return `the API server does not accept the feed's credentials (401): is the token of its service account mounted? ${said}`;
    case 403:
      return `the feed may not list subscribers.riskified.com (403): bind the ClusterRole of its chart to its service account. ${said}`;
    case 404:
      return `the API server does not know subscribers.riskified.com/v1alpha1 (404): install crds/subscribers.riskified.com.yaml. ${said}`;
    default:
      return `the API server answered ${status} to the list of Subscribers: ${said}`;
  }
}

function messageIn(text: string): string {
  let message: unknown;
  try {
    message = (JSON.parse(text) as { message?: unknown } | null)?.message;
  } catch {
    // Not JSON: a proxy in between answers HTML, for example.
  }
  const said = typeof message === 'string' ? message : text;
  return said.slice(0, MOST_OF_MESSAGE);
}
