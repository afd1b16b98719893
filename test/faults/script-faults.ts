import { shellQuote } from '../../src/host/shell.js';
import { labelled, type Label } from './boundary.js';

/** What a script is for, told by what stands in it. */
const PURPOSES: readonly (readonly [name: string, mark: RegExp])[] = [
  ['probe', /sealfarm-probe/],
  ['lock', /\bln "\$temp" "\$lock"/],
  ['unlock', /rmdir "\$lock"/],
  ['batch', /^part_0\(\)/m],
  ['stop', /does not end/],
  ['start', /setsid/],
  ['write', /sealfarm-tmp/],
  ['journal', /journal\.jsonl/],
  ['log', /tail -n/],
  ['create path', /^set -eu\nmkdir -p/],
];

export function purposeOf(script: string): string {
  return PURPOSES.find(([, mark]) => mark.test(script))?.[0] ?? 'other';
}

/** A script with the machine's boot ID read from a file, so that each host can have its own. */
export function withBootId(script: string, file: string): string {
  return script.replaceAll('/proc/sys/kernel/random/boot_id', file);
}

/** What changes something on a host, or comes right before. */
const COMMANDS = ['mkdir', 'ln', 'mv', 'sync', 'rm', 'rmdir', 'chmod', 'chown', 'base64', 'sed', 'kill'];

/** A script that notes each command before it does it, one a line, in a file of its own. */
export function recording(script: string, file: string): string {
  return shadowed(script, `command printf '%s\\n' "$fault_name" >>${shellQuote(file)}`);
}

export function commandLabel(line: string): Label {
  return labelled('command', line);
}

/** A script to which something happens right before a command, once. `mark` is a file that says that it did. */
export function at(script: string, label: Label, mark: string, action: string): string {
  const parts = label.slice('command '.length).split(/([#…])/);
  const pattern = parts.map(quotedPattern).join('');
  const file = shellQuote(mark);
  return shadowed(
    script,
    `case $fault_name in ${pattern}) if command mkdir ${file} 2>/dev/null; then ${action}; fi ;; esac`,
  );
}

function quotedPattern(text: string): string {
  if (text === '#') return '[0-9]*';
  if (text === '…') return '*';
  return text === '' ? '' : shellQuote(text);
}

/** Ends the script and all it started, as a power cut or the host's out-of-memory killer does; after a lost connection it goes on. */
export const CUT_OFF = 'command kill -KILL 0';

/** Nothing can be written any more; folders are made, files moved and removed as ever. */
export const DISK_FULL = "trap '' XFSZ; ulimit -f 0";

function shadowed(script: string, hook: string): string {
  const functions = COMMANDS.map((name) => `${name}() { fault_at ${name} "$@"; command ${name} "$@"; }`);
  return `fault_at() {
  for fault_last; do :; done
  fault_name="$1 \${fault_last##*/}"
  ${hook}
}
${functions.join('\n')}
${script}`;
}

export function onFullDisk(script: string): string {
  return `${DISK_FULL}\n${script}`;
}

/** A script that finds these folders read-only. What else is on the machine sees nothing of it. */
export function readOnly(script: string, folders: readonly string[]): string {
  const binds = folders.map((folder) => {
    const path = shellQuote(folder);
    return `mount --bind ${path} ${path} && mount -o remount,bind,ro ${path} || exit 99`;
  });
  return `unshare -m sh -s <<'SEALFARM_FAULT'
{ ${binds.join('\n')}
${script}
}
SEALFARM_FAULT
`;
}

/** Does not begin. */
export const HANGS = 'exec sleep 600\n';

/** Does all it has to do and does not end. */
export function hangsAfter(script: string): string {
  return `(\n${script}\n)\n${HANGS}`;
}
