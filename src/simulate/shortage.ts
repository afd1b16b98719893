import type { ScarceResource } from '../lotus/admission.js';
import { Level } from './level.js';

/**
 * What can keep a worker from one task more: a resource, room on its disks, or that it fetches the files of as many
 * already as it may prepare at once.
 */
export type HeldBy = ScarceResource | 'disk' | 'transfers';

/** When a worker could take no more of one task, and for want of what. */
export class Shortage {
  /** 1 while there is no room for one more; 0 otherwise. */
  readonly #full: Level;
  /** The same for want of one thing; several may be short at once. */
  readonly #short = new Map<HeldBy, Level>();
  #scarce: readonly HeldBy[] = [];
  #others: readonly HeldBy[] = [];
  #since: number;

  constructor(now: number) {
    this.#since = now;
    this.#full = new Level(now);
  }

  /** What is short from now on. */
  note(now: number, scarce: readonly HeldBy[], others: readonly HeldBy[]): void {
    // Mostly nothing changes, and the same lists come again.
    if (scarce === this.#scarce && others === this.#others) return;
    [this.#scarce, this.#others] = [scarce, others];
    set(this.#full, now, scarce.length + others.length > 0);
    for (const [thing, level] of this.#short)
      set(level, now, scarce.includes(thing) || others.includes(thing));
    for (const thing of scarce) this.#begin(now, thing);
    for (const thing of others) this.#begin(now, thing);
  }

  /** Which part of the time: 0 to 1. */
  full(now: number): number {
    return this.#full.mean(now);
  }

  /** Which part of the time each thing was short: 0 to 1 each, and together more where several were at once. */
  short(now: number): ReadonlyMap<HeldBy, number> {
    const parts = [...this.#short].map(([thing, level]) => [thing, level.mean(now)] as const);
    return new Map(parts.filter(([, part]) => part > 0));
  }

  restart(now: number): void {
    this.#since = now;
    this.#full.restart(now);
    for (const level of this.#short.values()) level.restart(now);
  }

  #begin(now: number, thing: HeldBy): void {
    let level = this.#short.get(thing);
    if (level === undefined) this.#short.set(thing, (level = new Level(this.#since)));
    set(level, now, true);
  }
}

function set(level: Level, now: number, on: boolean): void {
  if ((level.value === 1) !== on) level.change(now, on ? 1 : -1);
}
