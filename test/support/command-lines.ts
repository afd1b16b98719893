import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Every command line on this machine, as long as the work lasts. */
export async function watchCommandLines(work: Promise<void>): Promise<string> {
  const watch = new AbortController();
  const seen = collectCommandLines(watch.signal);
  await work.finally(() => {
    watch.abort();
  });
  return (await seen).join('\n');
}

async function collectCommandLines(signal: AbortSignal): Promise<readonly string[]> {
  const read = `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; true`;
  const seen: string[] = [];
  while (!signal.aborted) {
    seen.push((await promisify(execFile)('sh', ['-c', read], { maxBuffer: 2 ** 26 })).stdout);
    // The commands need the processor, too.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return seen;
}
