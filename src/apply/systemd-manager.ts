import type { WorkerLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import type { ServiceManager } from './service-manager.js';

/** A unit that is enabled comes back after a reboot, in a drain too: its environment then has the tasks off. */
export const systemdManager: ServiceManager = {
  startScript: (worker): string => `set -eu
unit=${unitOf(worker)}
# Only where systemd knows another unit than the one that was written: it reads all units anew.
case $(systemctl show -p LoadState,NeedDaemonReload "$unit") in
  *LoadState=loaded*NeedDaemonReload=no* | *NeedDaemonReload=no*LoadState=loaded*) ;;
  *) systemctl daemon-reload ;;
esac
systemctl --quiet --no-reload enable "$unit"
systemctl reset-failed "$unit" 2>/dev/null || :
systemctl start "$unit"
`,

  stopScript: (worker): string => `set -eu
systemctl stop ${unitOf(worker)}
`,

  /** It stays down over reboots, until it is started again. */
  forgetScript: (worker): string => `set -eu
unit=${unitOf(worker)}
if systemctl --quiet is-enabled "$unit" 2>/dev/null; then systemctl --quiet --no-reload disable "$unit"; fi
`,

  logScript: (worker): string =>
    `journalctl --quiet --no-pager -o cat -n 20 -u ${unitOf(worker)} | tail -c 4000\n`,
};

function unitOf({ unit }: WorkerLayout): string {
  if (unit === undefined) throw new Error('a worker that systemd does not keep');
  return shellQuote(unit.name);
}
