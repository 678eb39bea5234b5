import { stopKept } from './kept.ts';

// biome-ignore lint/style/noDefaultExport: Jest wants it so
export default async function teardown(): Promise<void> {
  await stopKept();
}
