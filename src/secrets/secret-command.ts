import { execa } from 'execa';

export type CommandOutcome =
  | { readonly ok: true; readonly firstLine: string }
  /** `why` continues a sentence about the command. */
  | { readonly ok: false; readonly why: string };

/** 1 MiB; a secret is one line. */
const MOST_OUTPUT = 2 ** 20;

/** Runs a program, without a shell, for the first line of what it prints. It keeps the terminal, to ask a passphrase. */
export async function runSecretCommand(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<CommandOutcome> {
  const running = execa(program, args, {
    env: { ...environment },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    maxBuffer: MOST_OUTPUT,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, timeoutMs);
  });
  const result = await Promise.race([running, late]);
  clearTimeout(timer);
  if (result === undefined) {
    running.kill('SIGKILL');
    // What the program has started may live on and keep these open.
    running.stdout.destroy();
    running.stderr.destroy();
    return { ok: false, why: `did not end within ${timeoutMs / 1000} s` };
  }
  const firstLine = firstLineOf(result.stdout);
  return result.exitCode === 0 ? { ok: true, firstLine } : { ok: false, why: whyFailed(result, firstLine) };
}

interface Failed {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly stderr: string;
}

function whyFailed(failed: Failed, secret: string): string {
  const { exitCode, signal, code } = failed;
  if (exitCode === undefined && signal === undefined) {
    return `cannot be started (${code ?? 'unknown reason'})`;
  }
  const ended = exitCode === undefined ? `was ended by ${String(signal)}` : `failed with status ${exitCode}`;
  const complaint = firstLineOf(failed.stderr);
  const shown = complaint !== '' && (secret === '' || !complaint.includes(secret));
  return shown ? `${ended}: ${complaint}` : ended;
}

function firstLineOf(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trim();
}
