import type { HostEdit } from './host-edit.js';

/** Edits of a host's part of the file that make other steps each. */
export type Scenario = 'settings' | 'paths' | 'restart' | 'install' | 'remove' | 'rename' | 'stop';

/** Lightest first: what passes a boundary first stands for the others. */
export const SCENARIOS: readonly Scenario[] = [
  'settings', 'paths', 'restart', 'install', 'remove', 'rename', 'stop',
]; // prettier-ignore

export function edited(host: HostEdit, scenario: Scenario): HostEdit {
  switch (scenario) {
    case 'settings':
      return {
        ...host,
        weight: host.weight === 10 ? 11 : 10,
        spare: host.spare === 'unseal' ? 'regen-sector-key' : 'unseal',
      };
    case 'paths':
      return { ...host, extra: host.extra + 1 };
    case 'restart':
      return { ...host, limit: host.limit === 3 ? 4 : 3 };
    case 'install':
      return { ...host, second: true };
    case 'remove':
      return { ...host, second: false };
    case 'rename':
      return { ...host, renamed: host.known + 1 };
    case 'stop':
      return { ...host, state: 'stopped' };
  }
}

/** What must be in place for the edit to change anything. */
export function readyFor(host: HostEdit, scenario: Scenario): HostEdit {
  const working: HostEdit = { ...host, state: 'running' };
  if (scenario === 'install') return { ...working, second: false };
  return scenario === 'remove' ? { ...working, second: true } : working;
}

/**
 * The host is as its file says. Who takes a worker out of the file, or renames it, and thinks better of it before that is done, means
 * the worker that is there.
 */
export function settled(host: HostEdit): HostEdit {
  return { ...host, known: host.renamed, installs: host.second ? host.installs : host.installs + 1 };
}
