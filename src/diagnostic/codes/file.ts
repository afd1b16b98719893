import type { Codes } from '../code-facts.js';

/** SF100–SF119: YAML and schema. */
export const FILE_CODES = {
  SF100: {
    title: 'file cannot be read',
    severity: 'error',
    why:
      'sealfarm reads one file, `sealfarm.yaml` in the current folder unless `--config` names another, and this one is missing, is a folder, or may not be read by you. ' +
      'Nothing is known of the farm then, so no host is touched.',
    remedy:
      "Change to the farm's folder, or name its file with `--config FILE`. " +
      'A new farm is best begun from `examples/storage-groups/sealfarm.yaml`.',
  },
  SF101: {
    title: 'file too large',
    severity: 'error',
    why:
      'The file has more than the 8 MiB that are read. ' +
      'A farm of 1,000 hosts takes well below 1 MiB, so this is likely to be another file, or hosts that are alike written out one by one.',
    remedy:
      'Check that `--config` names the right file. Write hosts that are alike as a range such as `pc1-[01-24]`.',
  },
  SF102: {
    title: 'YAML syntax error',
    severity: 'error',
    why:
      'The text is not YAML 1.2, or begins with a directive (a line with `%`), which is not read. ' +
      'Often a tab indents a line, a blank is missing after a colon, or a quote or bracket is not closed. ' +
      'What stands below the mistake could mean anything, so none of it is used.',
    remedy:
      'Mend the first place that is shown and validate again: the others often vanish with it. ' +
      'Indent with spaces, and put texts that hold a colon, a hash or brackets in quotes.',
  },
  SF103: {
    title: 'key written twice',
    severity: 'error',
    why:
      'The same key stands twice in one mapping, and programs differ in which of the two they take. ' +
      'With a worker or a storage group, one of the two would be lost without a word.',
    remedy: 'Keep one of the two, or give the second its own name.',
  },
  SF104: {
    title: 'alias cannot be followed',
    severity: 'error',
    why: 'An alias such as `*fast` stands where no anchor `&fast` is complete yet: the name is misspelt, the anchor comes further down, or it contains the alias itself.',
    remedy:
      'Correct the name, or move the anchor above the alias. What several workers share is better put into a profile.',
  },
  SF105: {
    title: 'several documents in one file',
    severity: 'error',
    why:
      'A line with `---` or `...` begins a second YAML document, and a farm is a single one. ' +
      'Hosts in the second document would silently not be part of the farm.',
    remedy: 'Remove the line, or put the second document into a file of its own.',
  },
  SF106: {
    title: 'empty file',
    severity: 'error',
    why:
      'The file says nothing at all: it is empty, or everything in it is a comment. ' +
      'That is no farm without hosts but a mistake, so nothing is concluded from it.',
    remedy: 'Begin with `version: 1`; `examples/storage-groups/sealfarm.yaml` is a whole farm.',
  },
  SF107: {
    title: 'file is not a mapping',
    severity: 'error',
    why: 'A farm is a mapping of keys such as `version`, `farm` and `hosts`, and this file is a list or a single value. It is likely to belong to another tool.',
    remedy: 'Check that `--config` names the right file, and begin it with `version: 1`.',
  },
  SF108: {
    title: 'key is not plain text',
    severity: 'error',
    why: 'A key is a list, a mapping, an alias or nothing. Often it begins with a brace or a bracket, as a placeholder or a host range does, and YAML takes that for the start of a list or mapping.',
    remedy: 'Write the key as plain text; put one that begins with a brace or bracket in quotes.',
  },
  SF109: {
    title: 'control character in the file',
    severity: 'error',
    why: 'The file holds a character that editors do not show, such as NUL, ESC or a lone carriage return. In a path or a name it would reach the hosts unseen, and terminals may obey it.',
    remedy:
      'Remove it at the place that is shown. Where it is meant, write it as an escape in double quotes.',
  },
  SF110: {
    title: 'nested too deeply or too many values',
    severity: 'error',
    why:
      'The file is nested deeper than any farm, has millions of parts, or describes more than 1,000,000 values once its aliases are followed. ' +
      'A few lines of aliases of aliases can fill the memory of whatever reads them, so reading stops here.',
    remedy: 'Use profiles and host ranges in place of YAML aliases, and check that this is the right file.',
  },
  SF111: {
    title: 'unknown key',
    severity: 'error',
    why:
      'There is no such key at this place. ' +
      'Lotus ignores names it does not know, and sealfarm does not: a misspelt `allowTo` would open a path to every storage group, a misspelt `limits` would let as many tasks start as fit into memory and CPUs.',
    remedy:
      'Correct the spelling; `sealfarm schema` describes every key. YAML merge keys (`<<`) are not read: put what is shared into a profile.',
  },
  SF112: {
    title: 'wrong type',
    severity: 'error',
    why: 'The value is of another type than the key takes, such as a text where a list belongs. YAML tells types by their look: `true`, `1.0` and `007` are texts only in quotes.',
    remedy:
      'Write the type that the message names: texts that look like numbers in quotes, lists in square brackets.',
  },
  SF113: {
    title: 'missing key',
    severity: 'error',
    why: 'A key is missing for which no default could be right: the sector size, the address of the miner, the path of a storage declaration.',
    remedy: 'Add the key; `sealfarm schema` says what belongs there.',
  },
  SF114: {
    title: 'malformed value',
    severity: 'error',
    why: 'The text does not have the form its key needs: a path on a host begins with a slash, the ID of a storage path is a UUID, a miner is written as `f01234`. Lotus would read it from a file or a variable, and often say nothing where it is wrong.',
    remedy: 'Write it as the help under the message says; `sealfarm schema` describes every key.',
  },
  SF115: {
    title: 'not one of the possible values',
    severity: 'error',
    why:
      'The key takes only certain words, and this is none of them. ' +
      'Lotus is less strict, which is worse: it drops an unknown file type in `AllowTypes` with a warning, and a list of only unknown ones allows everything.',
    remedy: 'Choose one of the words that the help names; `sealfarm schema` lists them all.',
  },
  SF116: {
    title: 'number or list out of bounds',
    severity: 'error',
    why:
      'A number is too small or too large, a list is empty where it must not be, or it names something twice. ' +
      'A limit of 0, for instance, does not forbid a task: Lotus takes 0 as no limit.',
    remedy:
      'Write a value within the bounds that the message names. To keep a task off a worker, leave it out of `tasks`.',
  },
  SF117: {
    title: 'malformed name',
    severity: 'error',
    why:
      'Names of hosts, workers, profiles and tags stand in commands, and those of workers become names of files on the host. ' +
      'So they consist of letters, digits, `.`, `_` and `-`, at most 63, and begin with a letter or digit; storage groups may have any characters but control characters, at most 128.',
    remedy: 'Choose another name at the place that is shown.',
  },
  SF118: {
    title: 'version missing or unknown',
    severity: 'error',
    why: 'The key `version` says which form of the file this is, so that a later sealfarm still understands it as it was meant. The only form so far is 1.',
    remedy: 'Write `version: 1`. If the file says more than 1, it needs a newer sealfarm.',
  },
  SF119: {
    title: 'exactly one of several keys is needed',
    severity: 'error',
    why: 'Of the keys that are possible here exactly one must be there. The token of the miner, for instance, comes from `env`, `file`, `command` or `fromMiner`: with two of them nobody could say which one the workers get.',
    remedy: 'Keep one of the keys that the help names.',
  },
  SF670: {
    title: 'file of the farm cannot be written',
    severity: 'error',
    why:
      '`sealfarm fmt` writes the file anew beside the old one and puts it in its place, so that nobody ever finds half of it. ' +
      'The folder, the file system or the rights on it do not allow that. The file is as it was.',
    remedy: 'Give yourself the right to write the file and its folder, or copy it to where you may.',
  },
} as const satisfies Codes;
