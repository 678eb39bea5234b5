/** One setting: a flag, or the environment variable `DYNAMICENV_<FLAG>` in capitals with underscores. */
export interface Flag<T> {
  name: string;
  /** Placeholder in `--help`. */
  value: string;
  help: string;
  /** The default, as text. */
  fallback: string;
  /** Turns the text into the value; an Error's message says what is expected. */
  read: (text: string) => T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Values<F extends Flags> = { [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** The flags of these settings. Optional settings have none: the program itself sets them. */
export type FlagsFor<Settings> = {
  [K in keyof Settings as undefined extends Settings[K] ? never : K]: Flag<Settings[K]>;
};
