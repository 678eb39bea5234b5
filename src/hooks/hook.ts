/** One hook; `Service` is what it works with. */
export interface Hook<Service> {
  /** Path at which it is served. */
  url: string;
  /** Name in metrics and logs. */
  name: string;
  /** JSON Schema of the request's body. */
  schema: object;
  /** `bodyBytes`: length of the body, if it was announced. */
  answer: (body: never, service: Service, bodyBytes: number | undefined) => object;
  /**
   * Called with a body that nests too deep, before it is refused: cuts, in place, what authors may nest as deep as the API server
   * stores. The body is as it was sent, of any shape.
   */
  cutTooDeep?: (body: unknown) => void;
}

/** A hook, with the name that metrics and logs give it: `dynamicenv-sync` for `/dynamicenv/sync`. */
export function hookAt<Service>(
  url: string,
  schema: object,
  answer: Hook<Service>['answer'],
  cutTooDeep?: Hook<Service>['cutTooDeep'],
): Hook<Service> {
  const name = url.slice(1).replaceAll('/', '-');
  return { url, name, schema, answer, ...(cutTooDeep && { cutTooDeep }) };
}
