import { writeFileSync } from 'node:fs';
import { VERSION, repoOf, runCommand } from './cli.js';
import { runSettings, workerWords } from '../../lotus/worker-run.js';
import { log, print } from './print.js';
import { startWorker } from './start.js';

async function main(args: readonly string[]): Promise<void> {
  const { own, command, rest } = workerWords(args);
  if (own.has('version') || own.has('v')) {
    print(`lotus-worker version ${VERSION}`);
  } else if (command === 'run') {
    await startWorker(repoOf(own, process.env), runSettings(rest, process.env), process.env, () =>
      process.exit(0),
    );
  } else if (command === undefined) {
    print('USAGE:\n   lotus-worker [global options] command [command options] [arguments...]');
  } else {
    await runCommand(command, rest, repoOf(own, process.env));
  }
}

// In process lists it has the name of what it stands for, and its words as they are.
writeFileSync('/proc/self/comm', 'lotus-worker');

// A bad manner of Lotus: its exit status is 0 whatever happened.
main(process.argv.slice(2)).catch((error: unknown) => {
  log('ERROR', error instanceof Error ? error.message : String(error));
  process.exit(0);
});
