import { execa } from 'execa';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { MinerEvent } from '../../../src/sandbox/miner/event-log.js';
import type { SandboxStatus } from '../../../src/sandbox/status.js';
import { writeState, type SandboxState } from '../../../src/sandbox/layout.js';
import type { WorkerStatus } from '../../../src/view/status-facts.js';
import { eventually, type CliResult } from '../../support/cli.js';
import { ALL_KINDS, farmFile, MINER_ADDRESS, minerBeside, type LabHostName } from './farm-file.js';

const SCRIPT = join(import.meta.dirname, 'lab.sh');
const MAIN = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'main.js');

/** Hosts as people have them, a simulated miner, and an operator who works on them with the built command. */
export class Lab {
  /** The operator's home and working folder are in it. */
  readonly folder: string;
  readonly #space: string;
  readonly #end: () => Promise<void>;

  private constructor(folder: string, space: string, end: () => Promise<void>) {
    this.folder = folder;
    this.#space = space;
    this.#end = end;
  }

  /**
   * The first lab of a machine takes minutes.
   * @param miner without one beside the hosts there is no farm's file, either
   */
  static async up(miner: 'beside' | 'none' = 'beside'): Promise<Lab> {
    // In a session of its own, so that Ctrl-C does not reach it: it ends with its input, however this process ends.
    const keeper = execa(SCRIPT, ['keep'], {
      detached: true,
      stdin: 'pipe',
      buffer: { stdout: false },
      reject: false,
    });
    const end = async (): Promise<void> => {
      keeper.stdin.end();
      await keeper;
    };
    const [first, last] = await linesUntil('ready', keeper.stdout);
    const [, folder, space] = /^lab (\S+) (\d+)$/.exec(first ?? '') ?? [];
    if (folder === undefined || space === undefined || last !== 'ready') {
      await end();
      throw new Error(`the lab did not come up: ${(await keeper).stderr}`);
    }
    const lab = new Lab(folder, space, end);
    if (miner === 'beside') await lab.#startMiner();
    return lab;
  }

  /** Ends everything that was begun in it. */
  down(): Promise<void> {
    return this.#end();
  }

  /** What a command prints that runs as root on a host, past SSH; throws where it fails. */
  async at(host: string, ...words: readonly string[]): Promise<string> {
    return (await this.#enter(['at', host, ...words])).stdout;
  }

  /** The same for a line of shell. */
  sh(host: string, line: string): Promise<string> {
    return this.at(host, 'bash', '-euc', line);
  }

  /** By systemd, as a person would; done when the host lets people in again. */
  async reboot(host: string): Promise<void> {
    await this.#enter(['reboot', host]);
  }

  /** Runs the built command as the operator. */
  async sealfarm(...words: readonly string[]): Promise<CliResult> {
    const { exitCode, stdout, stderr } = await this.#enter(
      ['operator', process.execPath, MAIN, ...words],
      false,
    );
    return { code: exitCode ?? -1, stdout, stderr };
  }

  /** Ends a process of the operator as `kill -9` does. */
  async kill(pid: number): Promise<void> {
    await this.#enter(['operator', 'kill', '-KILL', String(pid)]);
  }

  /** The same as `sealfarm` where it must go well. */
  async succeed(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.sealfarm(...words);
    if (code !== 0) throw new Error(`sealfarm ${words.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /**
   * What a command prints up to the first line with this. Nobody reads any more then, so that one for ever ends, too.
   * @param seen a file that has what was printed so far
   */
  async until(text: string, seen: string, ...words: readonly string[]): Promise<string> {
    const line = 'seen=$1; shift; "$@" | sed -u "/$0/q" | tee "$seen"';
    return (await this.#enter(['operator', 'bash', '-c', line, text, seen, process.execPath, MAIN, ...words]))
      .stdout;
  }

  /** What every worker does now. */
  async workers(): Promise<readonly WorkerStatus[]> {
    return (JSON.parse(await this.succeed('status', '--json')) as { workers: readonly WorkerStatus[] })
      .workers;
  }

  async expectEmptyPlan(says = 'No changes. The farm matches the file.'): Promise<void> {
    const { code, stdout, stderr } = await this.sealfarm('plan', '--detailed-exitcode');
    expect(stdout, stderr).toContain(says);
    expect(stdout).not.toMatch(/SF\d/);
    expect(code).toBe(0);
  }

  async worker(name: string): Promise<WorkerStatus | undefined> {
    return (await this.workers()).find((worker) => worker.name === name);
  }

  async untilRunning(name: string): Promise<void> {
    await eventually(`${name} runs`, async () => (await this.worker(name))?.state === 'running');
  }

  /** With the miner, whether a file has them or not. */
  async untilRegistered(names: readonly string[]): Promise<void> {
    await eventually(`${names.join(', ')} are registered`, async () => {
      const { workers } = await this.#status();
      return names.every((name) => workers.some((worker) => worker.name === name && worker.enabled));
    });
  }

  /** When each host's worker was started, in the kernel's ticks. */
  async startTimes(): Promise<Readonly<Record<LabHostName, string>>> {
    const times = ALL_KINDS.map(async (host) => {
      const stat = await this.sh(host, 'cat "/proc/$(pgrep -x lotus-worker)/stat"');
      return [host, stat.split(' ')[21] ?? ''] as const;
    });
    return Object.fromEntries(await Promise.all(times)) as Record<LabHostName, string>;
  }

  /** Every program that is started on each of these hosts meanwhile, with its words: none is overlooked. */
  async startedPrograms(
    hosts: readonly string[],
    meanwhile: () => Promise<unknown>,
  ): Promise<readonly string[]> {
    const ends = await Promise.all(hosts.map((host) => this.#watchPrograms(host)));
    await meanwhile();
    return Promise.all(ends.map((end) => end()));
  }

  /** Another farm's file: the text before changed by this. */
  async edit(change: (text: string) => string): Promise<void> {
    const file = join(this.folder, 'sealfarm.yaml');
    const before = await readFile(file, 'utf8');
    const after = change(before);
    if (after === before) throw new Error('the edit changed nothing');
    await this.write(after);
  }

  /** The farm's file. */
  async write(text: string): Promise<void> {
    await writeFile(join(this.folder, 'sealfarm.yaml'), text);
  }

  farmText(): Promise<string> {
    return readFile(join(this.folder, 'sealfarm.yaml'), 'utf8');
  }

  async minerToken(): Promise<string> {
    return (await readFile(this.#sandbox('miner', 'token'), 'utf8')).trim();
  }

  /** Begins sectors, which rest this long before their proofs, in milliseconds; so long takes the PC1 of each. */
  async submit(waitSeed: number, sectors = 1, PC1 = 500): Promise<void> {
    await this.#setSpeed({ AP: 100, PC1, PC2: 200, WaitSeed: waitSeed });
    await this.#miner('submit', '--sectors', String(sectors));
  }

  /** For sectors that are at it, too; their proofs take no longer from then on. */
  async endPC1(): Promise<void> {
    await this.#setSpeed({ PC1: 0, C2: 200 });
  }

  /** For sectors that wait for theirs, too. */
  async endSeedWait(): Promise<void> {
    await this.#setSpeed({ WaitSeed: 0 });
  }

  /** Where each sector is in the pipeline. */
  async sectorStates(): Promise<readonly string[]> {
    return (await this.#status()).sectors.map(({ state }) => state);
  }

  /** Whose work was lost: `PC1 of 7 on worker-plain: why`. */
  async failedJobs(): Promise<readonly string[]> {
    const lines = (await readFile(this.#sandbox('miner', 'events.jsonl'), 'utf8')).trimEnd().split('\n');
    return lines
      .map((line) => JSON.parse(line) as MinerEvent)
      .flatMap((event) =>
        event.event === 'job-failed'
          ? `${event.task} of ${event.sector} on ${event.worker}: ${event.error ?? ''}`
          : [],
      );
  }

  async #status(): Promise<SandboxStatus> {
    return JSON.parse(await this.#miner('status', '--json')) as SandboxStatus;
  }

  async #setSpeed(speed: Partial<SandboxState['speed']>): Promise<void> {
    const state = await this.#sandboxState();
    const changed = { ...state, speed: { ...state.speed, ...speed } };
    writeState(this.#sandbox(), changed);
  }

  async #startMiner(): Promise<void> {
    await this.#miner('up', '--hosts', '1', '--miner-address', MINER_ADDRESS);
    const { ports } = await this.#sandboxState();
    await this.write(
      farmFile(minerBeside({ port: ports.miner, tokenFile: this.#sandbox('miner', 'token') })),
    );
  }

  async #miner(command: string, ...words: readonly string[]): Promise<string> {
    const inSandbox = ['sandbox', command, '--dir', this.#sandbox(), ...words];
    return (await this.#enter(['miner', process.execPath, MAIN, ...inSandbox])).stdout;
  }

  async #sandboxState(): Promise<SandboxState> {
    return JSON.parse(await readFile(this.#sandbox('sandbox.json'), 'utf8')) as SandboxState;
  }

  /** @returns what ends it, and says what was seen */
  async #watchPrograms(host: string): Promise<() => Promise<string>> {
    const file = join(this.folder, `started-on-${host}`);
    const watcher = execa(SCRIPT, ['enter', this.#space, 'watch', host, file], {
      stdin: 'pipe',
      buffer: { stdout: false },
    });
    await linesUntil('watching', watcher.stdout);
    return async () => {
      watcher.stdin.end();
      await watcher;
      return (await readFile(file, 'utf8')).replaceAll('", "', ' ');
    };
  }

  #sandbox(...path: readonly string[]): string {
    return join(this.folder, 'sandbox', ...path);
  }

  #enter(words: readonly string[], reject = true) {
    return execa(SCRIPT, ['enter', this.#space, ...words], { stdin: 'ignore', reject, timeout: 120_000 });
  }
}

/** The first and the last line that is said until this one, or the end. */
async function linesUntil(last: string, output: Readable): Promise<readonly (string | undefined)[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: output })) {
    lines.push(line);
    if (line === last) break;
  }
  return [lines[0], lines.at(-1)];
}
