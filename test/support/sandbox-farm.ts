import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxEye } from '../../src/cli/demo/sandbox-eye.js';
import { sandboxDown } from '../../src/sandbox/down.js';
import { setSpeed } from '../../src/sandbox/set-speed.js';
import type { Speed } from '../../src/sandbox/speed.js';
import { sandboxSubmit } from '../../src/sandbox/submit.js';
import { sandboxUp } from '../../src/sandbox/up.js';
import { sealfarm, type CliResult } from './cli.js';

/** Sealing in a tenth of the sandbox's usual time. */
const FAST: Speed = {
  AP: 100,
  PC1: 1500,
  PC2: 400,
  WaitSeed: 600,
  C1: 100,
  C2: 400,
  FIN: 100,
  GET: 100,
};

interface PlannedStep {
  readonly id: string;
  readonly action: { readonly kind: string };
  readonly disruption: string;
  readonly reason: string;
}

/** A sandbox in a folder of its own, worked on by the built command. */
export class SandboxFarm {
  readonly dir: string;
  readonly eye: SandboxEye;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.dir = join(folder, 'farm');
    this.eye = new SandboxEye(this.dir);
  }

  static async up(hosts = 3, speed: Speed = FAST): Promise<SandboxFarm> {
    const farm = new SandboxFarm(await mkdtemp(join(tmpdir(), 'sealfarm-test-')));
    const result = await sandboxUp({ dir: farm.dir, hosts, speed });
    if (!result.ok) throw new Error(result.diagnostic.message);
    return farm;
  }

  async down(): Promise<void> {
    await sandboxDown({ dir: this.dir });
    await rm(this.#folder, { recursive: true, force: true });
  }

  run(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
    timeout?: number,
  ): Promise<CliResult> {
    return sealfarm(words, { cwd: this.dir, env, ...(timeout === undefined ? {} : { timeout }) });
  }

  /** The steps that a plan has now. */
  async plannedSteps(): Promise<readonly PlannedStep[]> {
    const { stdout } = await this.run(['plan', '--json']);
    const { hosts } = JSON.parse(stdout) as { hosts: { steps: PlannedStep[] }[] };
    return hosts.flatMap(({ steps }) => steps);
  }

  async submit(sectors: number): Promise<void> {
    const result = await sandboxSubmit({ dir: this.dir, sectors });
    if (!result.ok) throw new Error(result.diagnostic.message);
  }

  /** Sectors lie where they are between PC2 and C1, however long a slow machine takes to look at them there. */
  holdSeeds(): void {
    this.setSpeed({ WaitSeed: 3_600_000 });
  }

  letSeedsCome(): void {
    this.setSpeed({ WaitSeed: 500 });
  }

  /** How long the parts of sealing take from now on, those that run included. */
  setSpeed(speed: Partial<Speed>): void {
    setSpeed(this.dir, speed);
  }

  async edit(change: (text: string) => string): Promise<void> {
    const file = join(this.dir, 'sealfarm.yaml');
    const before = await readFile(file, 'utf8');
    const after = change(before);
    if (after === before) throw new Error('the edit changed nothing');
    await writeFile(file, after);
  }

  /** The farm's file. */
  readFile(): Promise<string> {
    return readFile(join(this.dir, 'sealfarm.yaml'), 'utf8');
  }

  host(name: string, ...path: readonly string[]): string {
    return join(this.dir, 'hosts', name, ...path);
  }

  read(name: string, ...path: readonly string[]): Promise<string> {
    return readFile(this.host(name, ...path), 'utf8');
  }

  async allProving(count: number): Promise<boolean> {
    const states = await this.eye.sectorStates();
    return states.length === count && states.every((state) => state === 'Proving');
  }
}
