import { stopKept } from './kept.ts';

// biome-ignore lint/style/noDefaultExport: Jest requires a default export
export default async function teardown(): Promise<void> {
  await stopKept();
}
