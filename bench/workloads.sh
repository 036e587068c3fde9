# Sourced by bench/engine: the same work written down for Spool, ninja, make and bare spawning. Every task makes one small file of its own.

write_files() { # folder count: tasks that run inside the engine
  mkdir -p "$1"
  cat >"$1/spool.yaml" <<YAML
version: 1
name: files
steps:
  - id: a
    kind: files.write
    foreach: { range: [0, $2] }
    with: { text: "hello \${{ item }}\n" }
    out: { file: "out/\${{ item }}.txt" }
YAML
}

write_spawned() { # folder count: tasks that start a program each
  mkdir -p "$1"
  cat >"$1/spool.yaml" <<YAML
version: 1
name: spawned
steps:
  - id: a
    kind: command
    foreach: { range: [0, $2] }
    with: { run: [touch, "\${{ out.file }}"] }
    out: { file: "out/\${{ item }}.txt" }
YAML
}

write_ninja() { # folder count [generator]: a generator rule takes existing outputs as they are, without ever having been run
  mkdir -p "$1/out"
  {
    printf 'rule w\n  command = touch $out\n'
    [ -z "${3:-}" ] || printf '  generator = 1\n'
    awk -v n="$2" 'BEGIN {for (i = 0; i < n; i++) printf "build out/%d.txt: w\n", i}'
  } >"$1/build.ninja"
}

write_make() { # folder count
  mkdir -p "$1/out"
  awk -v n="$2" 'BEGIN {
    printf "all:"; for (i = 0; i < n; i++) printf " out/%d.txt", i; printf "\n"
    for (i = 0; i < n; i++) printf "out/%d.txt:\n\t@touch $@\n", i
  }' >"$1/Makefile"
}

bare_spawn() { # folder count: the same program as often, two at once, and nothing else
  mkdir -p "$1/out"
  (cd "$1" && awk -v n="$2" 'BEGIN {for (i = 0; i < n; i++) printf "out/%d.txt\n", i}' | xargs -P 2 -n 1 touch)
}

# What the store has to write in any case: each result twice (the object and the file at its place), each once through a name of its own, all
# on the disk. By cp, which is C and does no more than open, read, write and close.
store_writes() { # folder with out/
  cp -r "$1/out" "$1/copy1" && cp -r "$1/out" "$1/copy2" && sync -f "$1/copy2"
}
