/** What the feed needs of an API server. */
export interface ApiServer {
  /** Sends a GET. Rejects when there is no complete answer, with the signal's reason when it is aborted. */
  get(path: string, signal: AbortSignal): Promise<ApiAnswer>;
  /**
   * Opens a watch, calls `onData` for everything that comes, and resolves with the HTTP status when the server ends it. Rejects
   * when it breaks.
   */
  watch(path: string, onData: () => void, signal: AbortSignal): Promise<number>;
}

export interface ApiAnswer {
  status: number;
  text: string;
}

/** Why there is no list. */
export class ListError extends Error {
  override name = 'ListError';
}
