/**
 * The little of protobuf's wire format that an ADS client needs (https://protobuf.dev/programming-guides/encoding/):
 * fields of strings and messages.
 */
const LENGTH_DELIMITED = 2;

/** A field with a text or an encoded message. */
export function field(number: number, content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint((number << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

/** A google.protobuf.Struct of texts, truth values and objects. */
export function struct(object: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.concat(
    Object.entries(object).map(([key, value]) =>
      field(1, Buffer.concat([field(1, key), field(2, structValue(value))])),
    ),
  );
}

/** google.protobuf.Value. A truth value is its field 4, which is a number. */
function structValue(value: unknown): Buffer {
  if (typeof value === 'string') return field(3, value);
  if (typeof value === 'boolean') return Buffer.from([4 << 3, value ? 1 : 0]);
  return field(5, struct(value as Record<string, unknown>));
}

/** The fields of a message that are texts or messages, in their order. Other fields are left out. */
export function* fieldsOf(message: Buffer): Generator<{ number: number; content: Buffer }> {
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = read();
    const wire = key & 7;
    if (wire === LENGTH_DELIMITED) {
      const length = read();
      yield { number: key >> 3, content: message.subarray(at, at + length) };
      at += length;
    } else if (wire === 0) read();
    else at += wire === 1 ? 8 : 4;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
