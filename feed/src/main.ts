import { HELP, readSettings } from './settings.ts';

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') process.stdout.write(HELP);
  else {
    // The Kubernetes client takes long to load; wrong flags are told without it.
    const { run } = await import('./run.ts');
    await run(settings);
  }
} catch (error) {
  process.stderr.write(`dynamicenv-feed: ${(error as Error).message}\n`);
  process.exit(1);
}
