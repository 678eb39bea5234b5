/** Most bytes of all notes about merges in a plan: routes matter more. */
export const NOTES_BYTES = 4096;
