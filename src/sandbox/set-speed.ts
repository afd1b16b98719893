import { readState, writeState } from './layout.js';
import type { Speed } from './speed.js';

/** How long the parts of sealing take from now on, those that run included. @throws where there is no sandbox */
export function setSpeed(dir: string, speed: Partial<Speed>): void {
  const state = readState(dir);
  if (state === undefined) throw new Error(`no sandbox in ${dir}`);
  writeState(dir, { ...state, speed: { ...state.speed, ...speed } });
}
