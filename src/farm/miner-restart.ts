import { finding } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { WrittenMiner } from '../config/written.gen.js';
import { DURATION_HELP, parseDuration } from './duration.js';
import type { MinerRestart } from './farm.js';
import type { Report } from './report.js';

const MINUTE = 60_000;

/** A miner is up again within that, and has begun with nothing before. */
const DEFAULT_MARGIN = 10 * MINUTE;
const LONGEST_MARGIN = 720 * MINUTE;

export const DEFAULT_RESTART: MinerRestart = { when: 'never', margin: DEFAULT_MARGIN };

/** Whether, when and how lotus-miner is restarted; undefined where the file says nothing of it. */
export function readMinerRestart(written: WrittenMiner, report: Report): MinerRestart | undefined {
  const { restart, restartMargin, restartCommand: command } = written;
  if (restart === undefined && restartMargin === undefined && command === undefined) return undefined;
  return {
    when: restart ?? DEFAULT_RESTART.when,
    margin: restartMargin === undefined ? DEFAULT_MARGIN : readMargin(restartMargin, report),
    ...(command === undefined ? {} : { command }),
  };
}

function readMargin(written: string, report: Report): number {
  const milliseconds = parseDuration(written);
  if (milliseconds !== undefined && milliseconds <= LONGEST_MARGIN) return milliseconds;
  const message = `${quote(written)} is no duration up to 12h`;
  report(finding('SF204', ['miner', 'restartMargin'], message, { help: DURATION_HELP }));
  return DEFAULT_MARGIN;
}
