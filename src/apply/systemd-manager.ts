import { shellQuote } from '../host/shell.js';
import { changeFunctions } from './record-script.js';
import type { ServiceManager } from './service-manager.js';

/** Ends what waits for its next try: no process is lost. Sets state, in which everything is on one line. */
const END_TRIES = `state=$(systemctl show -p SubState,LoadState,NeedDaemonReload "$unit" | tr '\\n' ' ')
case " $state" in *' SubState=auto-restart '*) systemctl stop "$unit" ;; esac`;

const DISABLE = `if systemctl --quiet is-enabled "$unit" 2>/dev/null; then systemctl --quiet --no-reload disable "$unit"; fi`;

/** A unit that is enabled comes back after a reboot, in a drain too: its environment then has the tasks off. */
export const systemdManager: ServiceManager = {
  // systemd would count the start of a unit that it tries again and again as one try more.
  startScript: ({ unit }): string => `set -eu
unit=${shellQuote(unit.name)}
${END_TRIES}
# Only where systemd knows another unit than the one that was written: it reads all units anew.
case " $state" in *' LoadState=loaded '*) ;; *) state=old ;; esac
case " $state" in *' NeedDaemonReload=no '*) ;; *) systemctl daemon-reload ;; esac
systemctl --quiet --no-reload enable "$unit"
systemctl reset-failed "$unit" 2>/dev/null || :
# What systemctl says itself only points to other commands.
systemctl start "$unit" || { systemctl show -p Result,ExecMainStatus "$unit" | tr '\\n' ' ' >&2; exit 1; }
`,

  stopScript: ({ unit }): string => `set -eu
systemctl stop ${shellQuote(unit.name)}
`,

  /** It stays down over reboots, until it is started again. */
  forgetScript: ({ unit }): string => `set -eu
unit=${shellQuote(unit.name)}
${DISABLE}
`,

  removeScript: ({ unit, backups, written }): string => `set -eu
${changeFunctions(unit.dropIn, { written, backups })}
unit=${shellQuote(unit.name)}
${END_TRIES}
if [ "$(systemctl show -p MainPID "$unit")" != MainPID=0 ]; then echo "$unit runs again" >&2; exit 1; fi
${DISABLE}
if [ -e "$target" ]; then
  keep cat
  note "$(sha256sum <"$target" | cut -d ' ' -f 1)" absent 644
  rm -f "$target"
  rmdir "\${target%/*}" 2>/dev/null || :
  forget "$target"
fi
`,

  // What systemd itself says is news only where something is wrong.
  logScript: ({ unit: { name } }): string =>
    `journalctl --quiet --no-pager -o cat -n 20 ${[
      `_SYSTEMD_UNIT=${name}`,
      ...[3, 4].map((priority) => `UNIT=${name} PRIORITY=${priority}`),
    ].join(' + ')} | tail -c 4000\n`,
};
