/**
 * Services of systemd, whoever wrote them, that start a lotus-worker, for a POSIX shell after WORD_FUNCTIONS. systemd itself is
 * asked: only it knows what drop-ins, specifiers and lines that go on come to.
 */
export const UNIT_FUNCTIONS = `unit_folders='/etc/systemd/system /run/systemd/system /run/systemd/generator /run/systemd/generator.late
  /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system'
# Names of those that say lotus-worker in their file or in a drop-in; of a template those that are made of it.
worker_units() {
  for folder in $unit_folders; do set -- "$@" "$folder"/*.service "$folder"/*.service.d/*.conf; done
  grep -ls lotus-worker "$@" | sed -e 's:\\.d/[^/]*$::' -e 's:.*/::' | sort -u | while IFS= read -r unit; do
    case $unit in
      sealfarm-worker@*) ;;
      *@.service) instances "\${unit%.service}" ;;
      *) printf '%s\\n' "$unit" ;;
    esac
  done
}
# Of those that nobody enabled and that do not run nothing is known.
instances() {
  {
    for folder in $unit_folders; do ls -d "$folder"/*/"$1"?*.service 2>/dev/null; done | sed 's:.*/::'
    systemctl list-units --all --plain --no-legend --full "$1*.service" 2>/dev/null | sed 's/ .*//'
  } | sort -u
}
# What systemd says of a unit is in $about from then on, a property a line.
ask_about() {
  about=$(systemctl show -p "Id,SubState,UnitFileState,FragmentPath,DropInPaths,TriggeredBy,WantedBy,RequiredBy,\\
ExecStart,Environment,EnvironmentFiles,User" "$1" 2>/dev/null)
}
property() { printf '%s\\n' "$about" | sed -n "s/^$1=//p"; }
homes() { getent passwd 2>/dev/null || cat /etc/passwd; }
# Flags win over files of variables, and those over variables of the unit; without any it is in the home of its user.
repo_of_unit() {
  told=$(property ExecStart | sed -n 's/.*lotus-worker.* --*worker-*repo[= ]//p' |
    sed -e 's/ -.*//' -e 's/ run .*//' -e 's/ run$//' -e 's/ ;.*//' -e "s/[\\"']//g" -e 's/ *$//' -e '$!d')
  # systemd puts variables into the command line only when it starts it.
  case $told in
    '') told=$(variable_of_unit LOTUS_WORKER_PATH); [ -n "$told" ] || told=$(variable_of_unit WORKER_PATH) ;;
    '$'[A-Z{]*) told=$(variable_of_unit "$(printf %s "$told" | tr -d '\${}')") ;;
  esac
  [ -n "$told" ] || home=$(variable_of_unit HOME)
  [ -n "$told" ] || [ -n "$home" ] || home=$(home_of "$(property User)")
  printf '%s\\n' "\${told:-\${home:+\${home%/}/.lotusworker}}"
}
home_of() { homes | sed -n "s/^\${1:-root}:.*:\\([^:]*\\):[^:]*$/\\1/p" | sed -n 1p; }
# The last one counts; what a shell or env is told in the command line comes after all others.
variable_of_unit() {
  {
    property Environment | sed -n -e "s/^\\(.* \\)*\\"$1=\\([^\\"]*\\)\\".*/\\2/p" -e t -e "s/^\\(.* \\)*$1=\\([^ ]*\\).*/\\2/p"
    property EnvironmentFiles | sed 's/ (ignore_errors=[a-z]*)$//' | while IFS= read -r pattern; do
      IFS=
      for variables in $pattern; do values_in "$1" "$variables"; done
    done
    property ExecStart | sed -n "s/.*[ \\"']$1=[\\"']*\\([^ \\"']*\\).*lotus-worker.*/\\1/p"
  } | sed -n '$p'
}
values_in() {
  sed -n "s/^[[:space:]]*$1=//p" "$2" 2>/dev/null |
    sed -e "s/^\\"\\([^\\"]*\\)\\".*/\\1/" -e "s/^'\\([^']*\\)'.*/\\1/" -e 's/[[:space:]]*$//'
}`;

/** Calls `idle REPO UNIT STATE` with each that starts a worker; as files alone tell it where systemd does not answer. */
export const IDLE_UNIT_FUNCTIONS = `idle_units() {
  if systemctl show -p Version >/dev/null 2>&1; then
    for unit in $(worker_units); do
      ask_about "$unit" || continue
      case $(property ExecStart) in *lotus-worker*' run '*) ;; *) continue ;; esac
      file=$(property FragmentPath)
      # Of a template the file is that of all.
      case $file in */"$unit") ;; *) file=$unit ;; esac
      idle_unit "$(repo_of_unit)" "$file" "$(property SubState)"
    done
  else
    for file in /etc/systemd/system/*.service /usr/lib/systemd/system/*.service; do
      case $file in */sealfarm-worker@* | *@.service) continue ;; esac
      about=$(as_written "$file")
      case "$(property ExecStart) " in *lotus-worker*' run '*) idle_unit "$(repo_of_unit)" "$file" ;; esac
    done
  fi
}
idle_unit() { case $1 in /*) idle "$(plainest "$1")" "$2" "\${3:-}" ;; esac; }
as_written() {
  sed -e ':more' -e '/\\\\$/{' -e N -e 's/\\\\\\n/ /' -e 'b more' -e '}' "$1" 2>/dev/null |
    sed -e 's/^EnvironmentFile=-*/EnvironmentFiles=/' -e "s/%n/\${1##*/}/g" -e 's:%h:/root:g'
}`;
