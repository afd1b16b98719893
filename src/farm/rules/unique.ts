import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import { formatSocketAddress } from '../address.js';
import type { Farm } from '../farm.js';
import { repeated, storageOf, workersOf } from './rule.js';

/** Lotus knows a worker by its name alone. */
export function* workerNamesAreUnique(farm: Farm): Generator<Finding> {
  for (const { again, first } of repeated(workersOf(farm.hosts), ({ worker }) => worker.name)) {
    const message = `a worker ${quote(again.worker.name)} is already on ${first.host.name}`;
    yield finding('SF231', again.worker.yaml, message, {
      help: 'Give each worker of the farm its own name.',
      on: 'key',
    });
  }
}

/** The miner reaches a worker by its address. */
export function* listenAddressesAreUnique(farm: Farm): Generator<Finding> {
  const address = (worker: { listen: Parameters<typeof formatSocketAddress>[0] }): string | undefined =>
    // A port of 0 stands for one that is reported already.
    worker.listen.port === 0 ? undefined : formatSocketAddress(worker.listen);
  for (const { again, first } of repeated(workersOf(farm.hosts), ({ worker }) => address(worker))) {
    const message = `the worker ${quote(first.worker.name)} on ${first.host.name} listens on ${formatSocketAddress(again.worker.listen)} as well`;
    yield finding('SF232', [...again.worker.yaml, 'listen'], message, {
      help: 'Give each worker its own port.',
    });
  }
}

/** Lotus locks a repo: the second worker would exit. */
export function* reposAreUnique(farm: Farm): Generator<Finding> {
  for (const host of farm.hosts) {
    for (const { again, first } of repeated(host.workers, ({ repo }) => repo)) {
      const message = `the worker ${quote(first.name)} has the repo ${quote(again.repo)} as well`;
      yield finding('SF233', [...again.yaml, 'repo'], message, { help: 'Give each worker its own repo.' });
    }
  }
}

export function* storagePathsAreUnique(farm: Farm): Generator<Finding> {
  for (const host of farm.hosts) {
    for (const { again, first } of repeated(storageOf([host]), ({ storage }) => storage.path)) {
      const message = `the workers ${quote(first.worker.name)} and ${quote(again.worker.name)} on ${host.name} both have the storage path ${quote(again.storage.path)}`;
      const help = 'Give the path to one worker; the others fetch from it.';
      yield finding('SF234', [...again.storage.yaml, 'path'], message, { help });
    }
  }
}

/** One ID on two paths is one store with two places in Lotus's eyes. */
export function* storageIdsAreUnique(farm: Farm): Generator<Finding> {
  for (const { again, first } of repeated(storageOf(farm.hosts), ({ storage }) => storage.id)) {
    const message = `the storage paths ${quote(first.storage.path)} on ${first.host.name} and ${quote(again.storage.path)} on ${again.host.name} have the same ID`;
    const help = 'Leave the ID out: the one in its sectorstore.json is kept.';
    yield finding('SF235', [...again.storage.yaml, 'id'], message, { help });
  }
}
