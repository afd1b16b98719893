/**
 * Shell functions that tell by its folder in /proc where a lotus-miner was started from, and whether it goes by the config.toml
 * of the machine, with coreutils or busybox; those of `RUNNING_MINER_FUNCTIONS` come before. Of `args` and `variables`, which are
 * set before, it has the words, one on each line, and of `its` the repo.
 */
export const MINER_ON_DISK_FUNCTIONS = `# As it is called, or the one that its PATH led to. A container has files of its own.
program_of() {
  called=$(printf '%s\\n' "$args" | sed -n 1p)
  [ "$1/root/." -ef / ] || return 0
  case $called in
    /*) ;;
    */*) called=$(readlink "$1/cwd")/$called ;;
    *) called=$(PATH=$(variable PATH); command -v "\${called%% *}") ;;
  esac
  case \${called##*/} in lotus-miner*) printf %s "$called" ;; esac
}
# In a container another file may be at the path. Where its root may not be seen it is taken for the same one.
elsewhere() { [ -e "$1/root$its/config.toml" ] && ! [ "$1/root$its/config.toml" -ef "$its/config.toml" ]; }
# Which file stands there: another one, and one that was written over, has other numbers.
file_there() { stat -L -c %d:%i:%s:%Y "$(program_of "$1")" 2>/dev/null; }`;
