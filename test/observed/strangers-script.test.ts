import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { STRANGERS_FUNCTIONS } from '../../src/observed/strangers-script.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';

const folders: HostFolder[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** What a function says of process 7, with this cgroup, on a host whose systemd knows each unit as enabled. */
function said([program = '', ...args]: readonly string[], name: string, cgroup: string): string {
  const folder = new HostFolder();
  folders.push(folder);
  folder.write('7/cgroup', `${cgroup}\n`);
  folder.write('1/cgroup', '1:cpu:/\n0::/init.scope\n');
  const functions = STRANGERS_FUNCTIONS.replaceAll('/proc/', `${folder.path}/`);
  const input = `systemctl() { echo "Id=$4"; echo MainPID=7; }\n${functions}\n${name} 7\n`;
  return spawnSync(program, [...args, '-s'], { input, encoding: 'utf8' }).stdout;
}

describe.each(SHELLS.map((shell) => ({ shell })))('of a process it is told, by $shell', ({ shell }) => {
  it('what systemd says of its unit', () => {
    expect(said(shell, 'unit_of', '0::/system.slice/seal.service')).toBe(
      'Id=seal.service\nMainPID=7\nOtherWorkers=0\n',
    );
  });

  it('the name alone of a unit of a user', () => {
    const cgroup = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/seal.service';
    expect(said(shell, 'unit_of', cgroup)).toBe('Id=seal.service\n');
  });

  it('its cgroups, and those of the first process', () => {
    expect(said(shell, 'cgroups', '1:cpu:/docker/0123\n0::/docker/0123')).toBe(
      'Cgroup:1:cpu:/docker/0123 0::/docker/0123 \nCgroupOfInit:1:cpu:/ 0::/init.scope \n',
    );
  });
});
