import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Host } from '../farm/farm.js';
import { hostLayout } from '../host/layout.js';
import { parseManifest } from '../host/manifest.js';
import { TEMPLATE_FILE } from '../host/systemd-unit.js';
import type { ObservedFile } from './observed.js';
import type { HostAnswer } from './parse-answer.js';

/** While systemd does not answer, nobody can tell which of its units run. */
export function systemdProblems(host: Host, { noSystemd, files }: HostAnswer): readonly Diagnostic[] {
  const hadUnits = files.get(TEMPLATE_FILE)?.state === 'present';
  if (noSystemd === undefined || (host.serviceManager === 'process' && !hadUnits)) return [];
  return [
    {
      code: 'SF516',
      severity: 'error',
      message: `systemd on ${host.name} cannot be asked for its units: ${noSystemd}`,
      place: { kind: 'host', host: host.name },
      help: hadUnits
        ? 'Until it answers nobody can tell which workers run, so nothing is done on this host. Look at `systemctl status` there.'
        : 'If the host has no systemd, write `serviceManager: process` for it; otherwise look at `systemctl status` there.',
    },
  ];
}

export function manifestProblems(host: Host, file: ObservedFile): readonly Diagnostic[] {
  const path = hostLayout(host.paths).manifest;
  const parsed = file.state === 'present' ? parseManifest(file.text.reveal()) : undefined;
  const problem =
    file.state === 'unreadable'
      ? file.why
      : parsed !== undefined && 'problem' in parsed
        ? parsed.problem
        : undefined;
  if (problem === undefined) return [];
  return [
    {
      code: 'SF504',
      severity: 'error',
      message: `${path} on ${host.name} cannot be read: ${problem}`,
      place: { kind: 'host', host: host.name, path },
      help: 'It says which workers are drained, so nothing is done on this host without it. Mend it, or move it away if no drain is under way.',
    },
  ];
}
