const DAY = 86_400_000;

/**
 * What of all that could be tried has its turn now: another part each day, so that in time all of it is. Printed with the
 * results; SEALFARM_FAULT_OFFSET repeats a turn.
 */
export const TURN = Number(process.env['SEALFARM_FAULT_OFFSET'] ?? Math.floor(Date.now() / DAY));
