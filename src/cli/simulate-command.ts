import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../farm/size.js';
import type { SimulateOptions } from './commands/simulate.js';
import type { ExitCode } from './exit-code.js';
import { examples } from './help.js';
import { wholeNumber } from './number-option.js';

const HELP = `
Lotus's own rules on simulated time: who is given which task, storage groups, memory, threads and GPUs, room on disks,
the 75 minutes between PC2 and C1. Without --sectors there is always another sector to begin, and the first half of
the time only fills the farm: what is shown is counted over the second half. Before PC1 twice as many sectors are
kept ready as it takes at once; --max-sealing begins fewer. Hosts without \`hardware:\` in the file
are asked what they have; no other host is touched. Not modelled: transfers that share a network, pieces, tasks that
fail, and restarts; of Lotus's scheduler, that it gives a worker a second window of tasks to wait with, fetches files for
more of a task than its limit lets run, and bounds fetches by parallelFetchLimit (\`limits: {GET: n}\` does bound them).

RUNNING 3 of 4: three at once on average, where four could run if their workers did nothing else. FULL is how much of
the time the workers could not take one more, HELD UP BY what was too little then; of several, what Lotus asks for
first: limit, RAM, RAM + swap, threads, GPUs. RAM is what tasks take at least, RAM + swap what they take at most.
WAITING counts sectors that nobody works on yet, those whose files are on their way too. Of workers, RAM, THREADS and
GPUS are the parts in use on average. Other limits make no difference beyond chance where another --seed makes as much.

Durations are for sectors of 32 GiB, a GPU and PC1 without multicore SDR unless --durations says otherwise: AP 5m, PC1 4h, PC2 25m, WaitSeed 75m, C1 1m,
C2 30m, FIN 1m; twice as long for 64 GiB but for WaitSeed. GET is the fetch of a sector from another worker: as long
as its bytes take at --bandwidth.
${examples(
  'sealfarm simulate --sectors 200 --days 7',
  'sealfarm simulate --durations PC1=3h30m,PC2=12m,C2=20m',
  'sealfarm simulate --config today.yaml --compare tomorrow.yaml',
)}`;

/** One command of its own file: it has more options than all others. */
export function simulateCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('simulate')
    .description('show how many sectors a day the farm seals, and what holds it up')
    .option('--sectors <number>', 'seal so many instead of being fed for ever', wholeNumber(1, 1_000_000))
    .option('--days <number>', 'how long to simulate; with --sectors at most', wholeNumber(1, 3650), 7)
    .option('--durations <list>', 'how long the stages take: PC1=4h,PC2=25m,…')
    .addOption(
      new Option('--bandwidth <size>', 'bytes a second between two machines')
        .argParser(size)
        .default(1_250_000_000, '1.25GB'),
    )
    .option('--jitter <percent>', 'by how much durations vary, to both sides', wholeNumber(0, 100), 5)
    .option('--seed <number>', 'another number gives another run', wholeNumber(0, 2 ** 31 - 1), 1)
    .option(
      '--max-sealing <number>',
      'most sectors in work at once, as MaxSealingSectors of the miner',
      wholeNumber(1, 1_000_000),
    )
    .option('--what-if', 'try each limit one higher and one lower, even where it takes long')
    .option('--no-what-if', 'do not try other limits')
    .option('--compare <file>', 'show the layout of another file beside this one')
    .addHelpText('after', HELP)
    .action(async (_: unknown, self: Command) => {
      finish(
        await (await import('./commands/simulate.js')).simulate(self.optsWithGlobals<SimulateOptions>()),
      );
    });
}

function size(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new InvalidArgumentError('Write bytes a second as a size such as 1.25GB.');
}
