import { Ajv } from 'ajv';

/** Fastify's default Ajv would change bodies: coerce types, fill in defaults, drop properties. */
export function strictAjv(): Ajv {
  return new Ajv({
    removeAdditional: false,
    coerceTypes: false,
    useDefaults: false,
    allErrors: false,
    strict: true,
    // Compiling the meta-schema would slow the start; strict mode reports unknown keywords without it.
    validateSchema: false,
    meta: false,
  });
}
