import type { Boundary } from './boundaries.js';
import { FAULTS, impossible, kindOf, type Cell, type Fault, type Label } from './boundary.js';
import type { Task } from './rounds.js';

/** Every boundary with every fault that can be there, and how often that has come to pass. */
export class Matrix {
  readonly #counts = new Map<string, number>();
  readonly #labels: readonly Label[];
  /** In this run; the others have their turn in another. */
  readonly tasks: readonly Task[];

  /**
   * @param share one of how many cells is tried
   * @param turn which of them; over as many turns each is
   * @param only of these, what the words for a cell match: `kill before: script lock`
   */
  constructor(boundaries: readonly Boundary[], share: number, turn: number, only: RegExp) {
    this.#labels = boundaries.map(({ label }) => label);
    this.tasks = boundaries.flatMap(({ label, scenario, times }, row) =>
      FAULTS.map((fault, column) => ({ fault, column }))
        .filter(({ fault }) => impossible(kindOf(label), fault) === undefined)
        .filter(({ fault }, at) => (row + at + turn) % share === 0 && only.test(`${fault}: ${label}`))
        .map(({ fault, column }) => ({
          scenario,
          cell: { label, fault, skip: (row * 7 + column * 3) % times },
        })),
    );
  }

  cameToPass({ label, fault }: Cell): void {
    this.#counts.set(`${label}|${fault}`, this.#count(label, fault) + 1);
  }

  /** `-` is impossible, and `.` not of this run. */
  toString(): string {
    const width = Math.max(...this.#labels.map(({ length }) => length));
    const tried = new Set(this.tasks.map(({ cell }) => `${cell.label}|${cell.fault}`));
    const shown = (label: Label, fault: Fault): string => {
      if (impossible(kindOf(label), fault) !== undefined) return '-';
      return tried.has(`${label}|${fault}`) ? String(this.#count(label, fault)) : '.';
    };
    const rows = this.#labels.map((label) =>
      [label.padEnd(width), ...FAULTS.map((fault) => shown(label, fault).padStart(fault.length))].join('  '),
    );
    return [[''.padEnd(width), ...FAULTS].join('  '), ...rows, ''].join('\n');
  }

  #count(label: Label, fault: Fault): number {
    return this.#counts.get(`${label}|${fault}`) ?? 0;
  }
}
