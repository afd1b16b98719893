/**
 * How a host remembers what sealfarm wrote: lines as `sha256sum` prints them, in the file $written. A file that has
 * none of its hashes was edited by somebody else.
 * `remember PATH SEEN NEW`: of the versions before, the one that is in place (SEEN) stays. `forget PATH`: it is gone.
 */
export const RECORD_FUNCTIONS = `others() {
  [ -r "$written" ] || return 0
  while IFS= read -r line; do
    case $line in
      "$2  $1") [ "$2" = "$3" ] || printf '%s\\n' "$line" ;;
      *"  $1") ;;
      *) printf '%s\\n' "$line" ;;
    esac
  done <"$written"
}
record() {
  # Two steps of one host may do this at a time; what one that was cut off left is nobody's.
  for old in "$written".*.sealfarm-tmp; do
    owner=\${old%.sealfarm-tmp}
    [ -d "/proc/\${owner##*.}" ] || rm -f "$old"
  done
  new=$written.$$.sealfarm-tmp
  trap 'rm -f "$new"' EXIT
  umask 077
  mkdir -p "\${written%/*}"
  cat >"$new"
  sync "$new"
  mv -f "$new" "$written"
}
remember() { { others "$1" "$2" "$3"; printf '%s  %s\\n' "$3" "$1"; } | record; }
forget() { if [ -e "$written" ]; then others "$1" none none | record; fi; }`;
