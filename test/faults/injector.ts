import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { labelled, type BoundaryKind, type Cell, type Fault, type Label } from './boundary.js';
import { commandLabel } from './script-faults.js';

/** What of a host's world a fault touches. */
export interface HostWorld {
  /** A folder for what the harness itself notes of the host. */
  readonly notes: string;
  /** All that sealfarm writes to. */
  readonly folders: readonly string[];
  /** Ends the host's workers at once. */
  killWorkers(): void;
}

/** A promise of what never comes. */
export const NEVER = new Promise<never>(() => undefined);

/** Sees every boundary that one run of sealfarm passes on one host, and lets one fault happen there. */
export class Injector {
  /** Every boundary, as often as it was passed. */
  readonly passed: Label[] = [];
  readonly killed: Promise<void>;
  readonly #world: HostWorld;
  readonly #cell: Cell | undefined;
  readonly #records: boolean;
  #left: number;
  #fired = false;
  #dead = false;
  #die: () => void = () => undefined;
  /** Holds from its boundary on. */
  #lasting: 'disk full' | 'read-only' | undefined;

  /** @param records whether the commands within scripts are noted too */
  constructor(world: HostWorld, cell?: Cell, records = false) {
    this.#world = world;
    this.#cell = cell;
    this.#records = records;
    this.#left = cell?.skip ?? 0;
    this.killed = new Promise((resolve) => {
      this.#die = resolve;
    });
    mkdirSync(world.notes, { recursive: true });
    rmSync(this.mark, { recursive: true, force: true });
  }

  /** Whether the fault has happened. */
  get fired(): boolean {
    return this.#fired;
  }

  /** Whether sealfarm is no more. */
  get dead(): boolean {
    return this.#dead;
  }

  get records(): boolean {
    return this.#records;
  }

  get lasting(): 'disk full' | 'read-only' | undefined {
    return this.#lasting;
  }

  get folders(): readonly string[] {
    return this.#world.folders;
  }

  get bootIdFile(): string {
    const file = `${this.#world.notes}/boot_id`;
    try {
      readFileSync(file);
    } catch {
      writeFileSync(file, `${randomUUID()}\n`);
    }
    return file;
  }

  /** Is there once a command's fault has happened. */
  get mark(): string {
    return `${this.#world.notes}/happened`;
  }

  get traceFile(): string {
    return `${this.#world.notes}/commands`;
  }

  /** The fault that is due at this boundary, if it is. */
  pass(kind: BoundaryKind, name: string): Fault | undefined {
    const label = labelled(kind, name);
    this.passed.push(label);
    if (this.#fired || this.#cell?.label !== label) return undefined;
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    this.happened();
    return this.#cell.fault;
  }

  /** The command at which a fault waits. */
  get command(): Cell | undefined {
    return !this.#fired && this.#cell?.label.startsWith('command ') === true ? this.#cell : undefined;
  }

  happened(): void {
    this.#fired = true;
    const fault = this.#cell?.fault;
    if (fault === 'disk full' || fault === 'read-only') this.#lasting = fault;
  }

  /** Takes up what the scripts have noted. */
  collectCommands(): void {
    try {
      const lines = readFileSync(this.traceFile, 'utf8').split('\n');
      this.passed.push(...lines.filter((line) => line !== '').map(commandLabel));
      rmSync(this.traceFile);
    } catch {
      // None ran.
    }
  }

  killWorkers(): void {
    this.#world.killWorkers();
  }

  reboot(): void {
    this.#world.killWorkers();
    writeFileSync(this.bootIdFile, `${randomUUID()}\n`);
  }

  /** From now on sealfarm does nothing and hears nothing. */
  die(): void {
    this.#dead = true;
    this.#die();
  }
}
