// The same for Ansible: an inventory and a playbook that looks at what sealfarm looks at, changing nothing.
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { addressOf, pathsOf } from './hosts.mjs';

/** Writes them below `folder`; gives the arguments of ansible-playbook and its environment. */
export function writePlaybook(folder, count, strategies) {
  const hosts = Array.from({ length: count }, (_, host) => {
    const paths = Object.entries(pathsOf(folder, host)).map(([name, path]) => `${name}_path=${path}`);
    return `host-${host} ansible_host=${addressOf(host)} worker=worker-${host} ${paths.join(' ')}`;
  });
  const inventory = `${hosts.join('\n')}

[all:vars]
ansible_port=2222
ansible_user=${userInfo().username}
ansible_ssh_private_key_file=${join(folder, 'user_key')}
ansible_python_interpreter=/usr/bin/python3
`;
  const copy = (name, dest, content, mode) =>
    `    - name: ${name}\n      ansible.builtin.copy: { dest: "${dest}", content: ${JSON.stringify(content)}, mode: "${mode}" }`;
  const playbook = `- hosts: all
  gather_facts: false
  tasks:
${[
  copy(
    'environment',
    '{{ config_path }}/workers/{{ worker }}/worker.env',
    'LOTUS_WORKER_NO_DEFAULT=true\n',
    '0600',
  ),
  copy('storage.json', '{{ repo_path }}/storage.json', '{"StoragePaths":[]}\n', '0644'),
  copy('sectorstore.json', '{{ seal_path }}/sectorstore.json', '{"CanSeal":true}\n', '0644'),
  copy('manifest', '{{ state_path }}/manifest.json', '{}\n', '0644'),
].join('\n')}
    - name: process
      ansible.builtin.shell: test -r {{ state_path }}/run/{{ worker }}.pid && cat {{ state_path }}/run/{{ worker }}.pid || true
      check_mode: false
      changed_when: false
`;
  const strategy =
    strategies === undefined ? '' : `strategy_plugins = ${strategies}\nstrategy = mitogen_linear\n`;
  const settings = `[defaults]
inventory = ${join(folder, 'inventory')}
forks = 50
gathering = explicit
host_key_checking = True
retry_files_enabled = False
${strategy}[ssh_connection]
pipelining = True
ssh_args = -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${join(folder, 'known_hosts')}
control_path_dir = ${join(folder, 'cp')}
`;
  writeFileSync(join(folder, 'inventory'), inventory);
  writeFileSync(join(folder, 'playbook.yml'), playbook);
  writeFileSync(join(folder, 'ansible.cfg'), settings);
  return {
    args: ['--check', '--diff', join(folder, 'playbook.yml')],
    env: { ANSIBLE_CONFIG: join(folder, 'ansible.cfg') },
  };
}
