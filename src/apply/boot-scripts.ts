import type { WorkerLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';

/** Status 0 once the worker's unit is started at boot. Nothing is started now. */
export function enableScript({ unit }: Pick<WorkerLayout, 'unit'>): string {
  return `set -eu
systemctl --quiet --no-reload enable ${shellQuote(unit.name)}
`;
}

/**
 * Status 0 once a unit is not started at boot any more; what runs goes on. Where it is gone there is nothing to do. systemd
 * reloads, or `systemctl show` would go on saying `enabled`.
 */
export function disableScript(unit: string): string {
  return `set -eu
unit=${shellQuote(unit)}
if systemctl --quiet is-enabled "$unit" 2>/dev/null; then systemctl --quiet disable "$unit"; fi
`;
}
