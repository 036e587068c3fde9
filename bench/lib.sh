# Sourced by the benchmarks: measuring, medians and the lines of the report.

# A figure is the CPU time of the whole process tree in seconds (user and system of the command and every child it waited for): on a machine
# that does other work too it moves far less than wall time. The resolution is a millisecond, from bash's own `time`.
if [ -x /usr/bin/time ]; then gnu_time=/usr/bin/time; else gnu_time=""; fi

measure() { # command...: sets WALL USER SYS CPU (seconds) and RSS (MiB; - without GNU time)
  local TIMEFORMAT='%3R %3U %3S' log="$work/log" code=0
  RSS=-
  if [ -n "${with_rss:-}" ] && [ -n "$gnu_time" ]; then
    { time "$gnu_time" -f %M -o "$work/rss" "$@" >"$log" 2>&1 </dev/null; } 2>"$work/time" || code=$?
    [ $code -ne 0 ] || RSS=$(awk '{printf "%.0f", $1 / 1024}' "$work/rss")
  else
    { time "$@" >"$log" 2>&1 </dev/null; } 2>"$work/time" || code=$?
  fi
  if [ $code -ne 0 ]; then echo "failed ($code): $*" >&2; tail -n 20 "$log" >&2; exit 1; fi
  read -r WALL USER SYS <"$work/time"
  CPU=$(awk -v u="$USER" -v s="$SYS" 'BEGIN {printf "%.3f", u + s}')
}

median() { # numbers: the middle one
  printf '%s\n' "$@" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

median_of() { # times command...: the same names as measure, each the median of its own
  local times=$1 i walls=() cpus=(); shift
  for ((i = 0; i < times; i++)); do measure "$@"; walls+=("$WALL"); cpus+=("$CPU"); done
  WALL=$(median "${walls[@]}"); CPU=$(median "${cpus[@]}")
}

calc() { awk "BEGIN {printf \"%.3f\", $1}"; }

misses=0
heading() { printf '\n%-44s %9s   %-26s %8s   %-18s %s\n' "$1" figure peer ratio target ""; }

# One line. The verdict compares the figure, or the ratio when the target is a ratio; without a target there is none.
line() { # what figure unit peer-name peer-figure target-word target-value [ratio]
  local what=$1 figure=$2 unit=$3 peer=$4 limit=$5 word=$6 most=$7 kind=${8:-figure} ratio=- text="" verdict=""
  if [ -n "$limit" ]; then
    ratio=$(awk -v a="$figure" -v b="$limit" 'BEGIN {if (b > 0) printf "%.2fx", a / b; else print "-"}')
    text="$peer $limit"
  elif [ -n "$peer" ]; then text=$peer; fi
  if [ -n "$most" ]; then
    local value=$figure; [ "$kind" != ratio ] || value=${ratio%x}
    verdict=$(awk -v a="$value" -v b="$most" 'BEGIN {print (a <= b) ? "ok" : "misses"}')
    [ "$verdict" = ok ] || misses=$((misses + 1))
  fi
  printf '%-44s %9s   %-26s %8s   %-18s %s\n' "$what" "$figure $unit" "$text" "$ratio" "$word" "$verdict"
}

comma() { awk -v n="$1" 'BEGIN {s = n ""; while (match(s, /[0-9][0-9][0-9][0-9]($|,)/)) s = substr(s, 1, RSTART) "," substr(s, RSTART + 1); print s}'; }

# The program that measures what the machine can do at best, built once: sets the command `limits`.
build_limits() {
  local folder="$here/limits" log; log=$(mktemp)
  dotnet restore "$folder" >"$log" 2>&1 && dotnet build "$folder" -c Release --no-restore -p:RunAnalyzers=false -nodeReuse:false >>"$log" 2>&1 || { grep error "$log" | sort -u >&2; exit 1; }
  rm -f "$log"
  limits=(dotnet "$here/../artifacts/bin/Limits/release/limits.dll")
}

machine() { echo "$(nproc) processors, $(awk -F: '/model name/ {print $2; exit}' /proc/cpuinfo | sed 's/^ *//'), $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg)"; }

finish() {
  echo
  if [ "$misses" -eq 0 ]; then echo "Every target is met."; else echo "$misses of the targets miss."; exit 1; fi
}
