/** Names of the headers that carry refs, in lower case, and whether members of `baggage` with the same names do, too. */
export interface RouteNames {
  /** A list of pairs: `payment-service:mp-101::cart-service:mp-102`. */
  service: string;
  /** One ref for every service. */
  source: string;
  readsBaggage: boolean;
}

/** Also the longest label that an env's name leaves room for. */
const MAX_REF = 40;
/** RFC 1123. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** Kubernetes' limit for names of Services and labels. */
const MAX_LABEL = 63;

export function isRef(text: string): boolean {
  return text.length <= MAX_REF && LABEL.test(text);
}

export function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL && LABEL.test(text);
}
