import type { BareCodes } from '../code-facts.js';

export const FILE_CODES = {
  SF100: { title: 'file cannot be read' },
  SF101: { title: 'file too large' },
  SF102: { title: 'YAML syntax error' },
  SF103: { title: 'key written twice' },
  SF104: { title: 'alias cannot be followed' },
  SF105: { title: 'several documents in one file' },
  SF106: { title: 'empty file' },
  SF107: { title: 'file is not a mapping' },
  SF108: { title: 'key is not plain text' },
  SF109: { title: 'control character in the file' },
  SF110: { title: 'nested too deeply or too many values' },
  SF111: { title: 'unknown key' },
  SF112: { title: 'wrong type' },
  SF113: { title: 'missing key' },
  SF114: { title: 'malformed value' },
  SF115: { title: 'not one of the possible values' },
  SF116: { title: 'number or list out of bounds' },
  SF117: { title: 'malformed name' },
  SF118: { title: 'version missing or unknown' },
  SF119: { title: 'exactly one of several keys is needed' },
} as const satisfies BareCodes;
