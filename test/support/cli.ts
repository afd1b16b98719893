import { execa } from 'execa';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a person would, without a terminal. */
export async function sealfarm(
  words: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly timeout?: number;
  },
): Promise<CliResult> {
  const result = await execa(process.execPath, [MAIN, ...words], {
    cwd: options.cwd,
    env: { ...options.env },
    reject: false,
    stdin: 'ignore',
    timeout: options.timeout ?? 120_000,
  });
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** The same without waiting for its end; whoever starts it ends it. */
export function sealfarmStarted(
  words: readonly string[],
  cwd: string,
): { readonly kill: () => Promise<void> } {
  const child = execa(process.execPath, [MAIN, ...words], { cwd, reject: false, stdin: 'ignore' });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child;
  };
  return { kill };
}

/** Looks again and again until something shows; fails with what it waited for. */
export async function eventually(
  what: string,
  look: () => boolean | Promise<boolean>,
  deadline = 60_000,
): Promise<void> {
  const end = Date.now() + deadline;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
