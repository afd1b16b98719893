import { writeFileSync } from 'node:fs';
import { VERSION, repoOf, runCommand } from './cli.js';
import { DECLARABLE_TASKS } from '../../lotus/task.js';
import { Settings, parseFlags } from './flags.js';
import { log, print } from './print.js';
import { startWorker } from './start.js';
import { flagOf } from './task-choice.js';

const GLOBAL = { texts: ['worker-repo', 'miner-repo'], booleans: ['version', 'v', 'enable-gpu-proving'] };
const RUN = {
  texts: [
    'listen',
    'name',
    'parallel-fetch-limit',
    'post-parallel-reads',
    'post-read-timeout',
    'timeout',
    'http-server-timeout',
    'external-pc2',
  ],
  booleans: ['no-local-storage', 'no-swap', 'no-default', ...DECLARABLE_TASKS.map(flagOf)],
};

async function main(args: readonly string[]): Promise<void> {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && !isValueOf(args[index - 1]));
  const { flags } = parseFlags(at < 0 ? args : args.slice(0, at), GLOBAL);
  const [command, ...rest] = at < 0 ? [] : args.slice(at);
  if (flags.has('version') || flags.has('v')) {
    print(`lotus-worker version ${VERSION}`);
  } else if (command === 'run') {
    const run = parseFlags(rest, RUN);
    await startWorker(repoOf(flags, process.env), new Settings(run.flags, process.env), process.env, () =>
      process.exit(0),
    );
  } else if (command === undefined) {
    print('USAGE:\n   lotus-worker [global options] command [command options] [arguments...]');
  } else {
    await runCommand(command, rest, repoOf(flags, process.env));
  }
}

/** Whether the word after this one is its value. */
function isValueOf(flag: string | undefined): boolean {
  return flag !== undefined && !flag.includes('=') && GLOBAL.texts.includes(flag.replace(/^--?/, ''));
}

// In process lists it has the name of what it stands for, and its words as they are.
writeFileSync('/proc/self/comm', 'lotus-worker');

// A bad manner of Lotus: its exit status is 0 whatever happened.
main(process.argv.slice(2)).catch((error: unknown) => {
  log('ERROR', error instanceof Error ? error.message : String(error));
  process.exit(0);
});
