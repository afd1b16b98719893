import type { Codes } from '../code-facts.js';

/** SF660–SF669, SF690–SF699: what import finds on hosts and the file cannot say as it is, and what it adds to a file. */
export const IMPORTING_CODES = {
  SF660: {
    title: 'setting that the file cannot hold',
    severity: 'warning',
    why:
      'A running worker was started with a flag, a variable or a setting of a storage path for which `sealfarm.yaml` has no key, or that Lotus itself passes over. ' +
      'The worker goes on with it as long as it runs; from its next restart on it does what the file says. ' +
      'The comment at the worker in the imported file names it.',
    remedy: 'Read the comment, and write by hand what is needed before the worker is restarted.',
  },
  SF661: {
    title: 'secret variable left out',
    severity: 'warning',
    why:
      'The environment of a running worker holds a variable whose name or text looks like a secret: a token, a password, a URL with one. ' +
      "Secrets do not belong into a file that is kept in git, so import writes the name into a comment and the text nowhere. The miner's token is not among these: the file says where it is found.",
    remedy: 'If the worker needs it, keep it on the host, for a unit in a drop-in of its own.',
  },
  SF662: {
    title: 'storage path left out',
    severity: 'warning',
    why:
      'A path of a running worker is not in the imported file, since its settings are not known: it is not mounted, or `storage.json` or its `sectorstore.json` cannot be read, or another worker of the host has the same path. Where `storage.json` cannot be read and the worker tells which paths it has open, those are in the file. ' +
      'A path with guessed settings could take sectors that do not belong there. ' +
      'No apply detaches a path that the file does not name while sectors lie on it or nobody can tell; one that is seen to be empty is detached.',
    remedy:
      'Mount or mend it on the host and import again, or write the path with its settings by hand before the first apply.',
  },
  SF663: {
    title: 'running worker left out',
    severity: 'warning',
    why:
      'A lotus-worker runs on the host and is not in the imported file: its environment may not be read by the SSH user, it is in a container with files of its own, it has a flag that sealfarm does not know, or another worker has its repo, and that one holds it, or nobody knows which of them does. Where the file has the worker already, it is only not known whether it runs as the file says. ' +
      'It stays as it is, and every plan tells of it.',
    remedy:
      'Import as root or with `--sudo`, where the environment may not be read. A worker in a container is moved out of it when it is empty: drain it, and declare it with its storage paths.',
  },
  SF664: {
    title: 'worker gets another name',
    severity: 'warning',
    why:
      'The file knows workers by name, as Lotus does, so each name is there once in a farm and fits into file names. ' +
      'Two workers without `--name` on one machine both have the name of the machine, for Lotus as well: it tells them apart by their sessions alone.',
    remedy: 'Choose a name that you like better in the file. The worker has it from its next restart on.',
  },
  SF665: {
    title: 'import does not know the miner',
    severity: 'warning',
    why:
      'The address of the miner, its token and the size of its sectors come from `MINER_API_INFO` of the running workers and from the miner itself. ' +
      'They were not found, the miner did not answer, or the workers do not agree about it. ' +
      'Where the file lacks them, `sealfarm validate` names the place.',
    remedy:
      'Say `--miner` with the address of the API and `--sector-size`, or write them into the file. Look why workers differ: those with another address change over at their next restart.',
  },
  SF666: {
    title: 'one machine under two names',
    severity: 'warning',
    why:
      'Two of the hosts that were named are one machine: they have the same name and the same start of their kernel. ' +
      'As two hosts of a farm they would share manifest, lock and journal, and each apply would undo the other.',
    remedy: 'Name each machine once.',
  },
  SF667: {
    title: 'import found no worker',
    severity: 'error',
    why:
      'None of the hosts that answered runs a `lotus-worker` that the SSH user can see. ' +
      'A process under another program name is not taken for one, and a worker that does not run says nothing of its settings.',
    remedy:
      'Start the workers as usual and import then, as root or with `--sudo`. For a farm without workers yet there is `sealfarm init`.',
  },
  SF668: {
    title: 'repo of a worker that does not run',
    severity: 'note',
    why:
      'The host has a folder as a lotus-worker makes it, and no worker runs with it. ' +
      'What it would be started with is written nowhere for certain, so the imported file has no worker for it but a comment; its storage paths, and sectors on them, are out of the index of the miner meanwhile.',
    remedy:
      'Start it as usual and import again, or declare a worker with this repo and its storage paths. Of one that is given up look whether sectors lie on its paths.',
  },
  SF669: {
    title: 'tasks switched by hand',
    severity: 'warning',
    why:
      'Since the worker was started somebody has switched tasks of it off or on, as `lotus-worker tasks disable` does. Lotus keeps that in memory alone. ' +
      'The imported file has the tasks that the worker takes now, so that apply switches nothing behind the back of whoever did it; without that a worker that somebody is emptying would be given work again.',
    remedy:
      'Where it was meant for a while only, write the tasks into `tasks` again: apply switches them on without a restart. To empty a worker use `sealfarm drain`.',
  },
  SF690: {
    title: 'tasks that a worker takes now not known',
    severity: 'warning',
    why:
      'A running worker did not say which tasks it takes now: it still waits for its miner or fetches parameters, its address cannot be reached from its host, or it has no token in `MINER_API_INFO`. ' +
      'The imported file has the tasks that it was started with. What somebody has switched off by hand since then apply would switch on, as the plan then says.',
    remedy:
      'Import again when it has registered with its miner, or compare with `lotus-worker tasks list` on the host.',
  },
  SF691: {
    title: 'defaults of the file are not those of a new worker',
    severity: 'warning',
    why:
      '`import --update` writes a new worker below the `defaults` of the file, or below a profile of it all of whose settings the worker has. ' +
      'Where they say what the worker does not have, and the file has no word for not having it (a variable, a limit, CPUs), the worker has it from its next restart on. ' +
      'The comment at the worker names the keys.',
    remedy: 'Say its own in the file, or move what is not for all workers from `defaults` to a profile.',
  },
  SF692: {
    title: 'worker runs otherwise than its file says',
    severity: 'note',
    why:
      'A host that was asked by `import --update` is in the file already, and its worker was started with other settings than the file has for it. ' +
      'The file is what somebody wants, so what stands in it stays.',
    remedy: 'Look at `sealfarm plan`: apply goes by the file. To have the file go by the worker, edit it.',
  },
  SF693: {
    title: 'new worker of a known host not written',
    severity: 'warning',
    why: 'A worker runs on a host that the file has as part of a range, or by an alias of YAML. Written there it would stand on all hosts of the range, and so `import --update` leaves it out.',
    remedy:
      'Take the host out of the range, with an entry of its own, and update again; or write the worker by hand.',
  },
  SF694: {
    title: 'file is as it was, as the update would not be right',
    severity: 'error',
    why: 'With the new hosts the file would not be valid, as the errors beside this one say: such as two workers that listen on one address. Nothing was written.',
    remedy: 'Mend what the errors name, on the hosts or in the file, and update again; or name fewer hosts.',
  },
  SF695: {
    title: 'worker of another miner',
    severity: 'warning',
    why:
      'A worker that `import --update` found goes by a miner at another address than the file has, with another token than workers at that address. One file is for one miner, and a worker of it works for that one from its next restart on: so a new worker is left out. ' +
      'Of a worker that the file has already it is only said.',
    remedy:
      'Give workers of another miner a file of their own. Where it is one miner under two addresses, name a host with a worker at the address of the file as well: by the same token it is known to be one.',
  },
  SF696: {
    title: 'file was changed meanwhile',
    severity: 'error',
    why: 'Between reading the file and writing it `import --update` asks hosts, and in that time somebody else has written it. Nothing of that is overwritten.',
    remedy: 'Update again: what was found is asked for anew.',
  },
  SF697: {
    title: 'storage changed by hand and not declared',
    severity: 'warning',
    why:
      'Somebody has edited `sectorstore.json` of a storage path, or `storage.json`, while the worker runs. Lotus reads them when it opens the path, and again only where it is told to (`lotus-worker storage redeclare`, `attach`, `detach`). ' +
      'The imported file has what Lotus goes by now, so that no apply changes behind your back where sectors go; the comment has what was written by hand. The first apply writes the files as Lotus has them, and keeps what was there as a backup.',
    remedy:
      'Where the change is meant, write it into `storage` of the worker before the first apply: the plan then shows it as a live change. Else there is nothing to do.',
  },
  SF698: {
    title: 'what Lotus has of storage paths not known',
    severity: 'note',
    why:
      'The miner did not tell the settings that it goes by, of any storage path or of those that the message names. The imported file has those of `sectorstore.json`. ' +
      'What somebody has changed there by hand since Lotus read it apply would declare, as the plan then says.',
    remedy: 'Import again when the miner can be reached, or read the plan before the first apply.',
  },
} as const satisfies Codes;
