/**
 * The type of a field in the schema of VirtualService, as closed tables: a field that is not in a table does not exist.
 * `duration` is a text such as `1.5s`, `bytes` a text in base64.
 */
export type Shape =
  | Scalar
  | { oneOf: readonly string[] }
  | { list: Shape }
  | { map: Shape }
  | Fields;

export interface Fields {
  fields: Readonly<Record<string, Shape>>;
  required?: readonly string[];
  /** At most one of these may be set. */
  exclusive?: readonly string[];
}

export type Scalar =
  | 'string'
  | 'body'
  | 'boolean'
  | 'int32'
  | 'uint32'
  | 'number'
  | 'duration'
  | 'bytes';
