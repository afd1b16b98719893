import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { failure, success, type Result } from '../diagnostic/result.js';
import { throughMaster, toHost } from './openssh-arguments.js';
import { lastLine } from './openssh-error.js';
import type { OpensshMaster } from './openssh-master.js';
import { MOST_OUTPUT_BYTES, OutputCollector } from './output-collector.js';
import {
  channelRefused,
  connectionLost,
  MOST_STREAM_ERRORS,
  scriptTimedOut,
  STOP_MS,
  STOPPED_STATUS,
  tooMuchOutput,
} from './remote-error.js';
import type { ExecOutput } from './remote.js';
import { shInput, streamInput } from './script.js';

/** What `ssh` ends with when it fails, and when a command has ended without a status. */
const SSH_FAILED = 255;

/** What a script says last on standard error that has itself ended so. */
const OWN_STATUS = 'sealfarm-status-255\n';

/**
 * The command with an outer sh around it, which tells what `ssh` does not: which signal has ended it, and whether 255
 * is its own status. Without that, output that was cut off would pass for that of a script that ran to its end.
 */
export function statedShell(command: string): string {
  return `sh -c '${command}; s=$?; test $s != ${SSH_FAILED} || echo ${OWN_STATUS.trim()} >&2; exit $s'`;
}

/** Where a script runs. */
export interface Shell {
  /** The host's name, in messages. */
  readonly host: string;
  readonly master: OpensshMaster;
  /** Runs what is on its standard input. */
  readonly command: string;
}

/** Gives a script to the shell and waits until it is done. */
export async function runByOpenssh(
  shell: Shell,
  script: string,
  timeoutMs: number,
): Promise<Result<ExecOutput>> {
  const { host, master } = shell;
  const log = master.clientLog();
  const ran = await execa('ssh', clientArguments(shell, log), {
    input: shInput(script),
    env: master.environment,
    extendEnv: false,
    detached: true,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: MOST_OUTPUT_BYTES,
    timeout: timeoutMs,
  });
  const said = await takeLog(log);
  if (ran.timedOut) return failure(master.lost ?? scriptTimedOut(host, timeoutMs));
  if (ran.isMaxBuffer) return failure(tooMuchOutput(host, MOST_OUTPUT_BYTES));
  return outcome(shell, said, { stdout: ran.stdout, stderr: ran.stderr, status: ran.exitCode });
}

/**
 * Gives a script to the shell and hands on what it prints as it comes. Its input is held open: when that ends, for
 * whatever reason, the script is ended on the host.
 */
export async function streamByOpenssh(
  shell: Shell,
  script: string,
  onOutput: (chunk: Buffer) => void,
  signal: AbortSignal,
): Promise<Result<ExecOutput>> {
  const { master } = shell;
  const log = master.clientLog();
  const child = spawn('ssh', clientArguments(shell, log), {
    env: master.environment,
    stdio: 'pipe',
    detached: true,
  });
  const output = new OutputCollector(MOST_STREAM_ERRORS, () => undefined);
  child.stdout.on('data', (chunk: Buffer) => {
    if (!signal.aborted) onOutput(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.addStderr(chunk);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(streamInput(script));
  const end = (): void => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.once('close', () => {
      clearTimeout(timer);
    });
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const status = await new Promise<number | undefined>((resolve) => {
    child.once('error', () => {
      resolve(undefined);
    });
    child.once('close', (code) => {
      resolve(code ?? undefined);
    });
  });
  signal.removeEventListener('abort', end);
  const said = await takeLog(log);
  const { stderr } = output.text();
  if (signal.aborted) return success({ stdout: '', stderr, status: status ?? STOPPED_STATUS });
  return outcome(shell, said, { stdout: '', stderr, status });
}

function clientArguments({ master, command }: Shell, log: string): string[] {
  return [...throughMaster(master.socket, log), ...toHost(command)];
}

async function takeLog(log: string): Promise<string> {
  const said = await readFile(log, 'utf8').catch(() => '');
  await rm(log, { force: true });
  return said;
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Of `ssh`; undefined where it did not end by itself. */
  readonly status: number | undefined;
}

/** Whether it was the script that ended so, or `ssh`. */
async function outcome({ host, master }: Shell, said: string, ended: Ended): Promise<Result<ExecOutput>> {
  const { status = SSH_FAILED, stdout, stderr } = ended;
  if (status !== SSH_FAILED) return success({ stdout, stderr, status });
  if (stderr.endsWith(OWN_STATUS))
    return success({ stdout, stderr: stderr.slice(0, -OWN_STATUS.length), status });
  const lost = await master.whetherLost();
  if (lost !== undefined) return failure(lost);
  if (said !== '') return failure(channelRefused(host, lastLine(said)));
  return failure(connectionLost(host, 'the script ended without an exit status'));
}
