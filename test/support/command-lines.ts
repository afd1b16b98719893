import { readdirSync, readFileSync } from 'node:fs';

/** Every command line that is seen on this machine, as long as the work lasts. */
export async function watchCommandLines(work: Promise<void>): Promise<string> {
  const seen = new Set<string>();
  // The commands need the processor, too.
  const timer = setInterval(() => {
    for (const line of commandLines()) seen.add(line);
  }, 30);
  await work.finally(() => {
    clearInterval(timer);
  });
  return [...seen].join('\n');
}

function commandLines(): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      // It has ended meanwhile.
      return '';
    }
  });
}
