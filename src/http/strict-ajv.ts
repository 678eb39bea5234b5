import { Ajv } from 'ajv';

/** Fastify's own would change what was sent: coerce types, fill in defaults, drop properties. */
export function strictAjv(): Ajv {
  return new Ajv({
    removeAdditional: false,
    coerceTypes: false,
    useDefaults: false,
    allErrors: false,
    strict: true,
    // The start would wait for the schema of schemas, too; strict mode finds what is no keyword.
    validateSchema: false,
    meta: false,
  });
}
