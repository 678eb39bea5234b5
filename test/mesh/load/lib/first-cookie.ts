import type { Response } from './send.ts';

/** The first `set-cookie` of an answer's headers. */
export function firstCookie({
  'set-cookie': cookies,
}: {
  readonly 'set-cookie'?: string[] | undefined;
}): Pick<Response, 'cookie'> {
  const [cookie] = cookies ?? [];
  return cookie === undefined ? {} : { cookie };
}
