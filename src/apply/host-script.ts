import { sectorStoreFile } from '../host/layout.js';
import { newSectorStore } from '../lotus/sectorstore.js';
import type { Step } from '../plan/plan.js';
import { Secret } from '../secret/secret.js';
import type { ApplyContext } from './context.js';
import { disableScript, enableScript } from './boot-scripts.js';
import { createPathScript, writeFileScript } from './scripts.js';
import { MANAGERS } from './service-manager.js';

/** What a host does by itself, with no word to Lotus. */
export interface HostScript {
  /** As in "write /etc/x". */
  readonly what: string;
  readonly script: string;
}

/**
 * Undefined for steps that need more than a script.
 * @param written the host's record of what sealfarm wrote
 */
export function hostScript(
  { newId }: Pick<ApplyContext, 'newId'>,
  written: string,
  { action }: Step,
): HostScript | undefined {
  switch (action.kind) {
    case 'write-file':
      return { what: `write ${action.path}`, script: writeFileScript({ ...action, written }) };
    case 'create-path':
      return { what: `make ${action.path}`, script: createPathScript(action.path, action.owner) };
    case 'create-sectorstore': {
      const { settings, backups, owner } = action;
      const path = sectorStoreFile(action.path);
      // The one place where a path gets its identity.
      const content = new Secret(newSectorStore(action.id ?? newId(), settings));
      const file = { path, mode: 'keep', content, backups, written } as const;
      return {
        what: `write ${path}`,
        script: writeFileScript(owner === undefined ? file : { ...file, owner }),
      };
    }
    case 'remove-unit':
      return {
        what: `remove ${action.service.unit.name}`,
        script: MANAGERS.systemd.removeScript(action.service),
      };
    case 'enable-unit':
      return { what: `enable ${action.service.unit.name}`, script: enableScript(action.service) };
    case 'disable-unit':
      return { what: `disable ${action.unit}`, script: disableScript(action.unit) };
    case 'redeclare':
    case 'attach':
    case 'detach':
    case 'enable-task':
    case 'disable-task':
    case 'start':
    case 'restart':
    case 'restart-miner':
    case 'drain':
    case 'remove-worker':
      return undefined;
  }
}

/** Whether a script on its host is all that a step needs. */
export function isHostScript({ action }: Step): boolean {
  return [
    'write-file',
    'create-path',
    'create-sectorstore',
    'remove-unit',
    'enable-unit',
    'disable-unit',
  ].includes(action.kind);
}
