# Sourced by ./spool and ./test: finds what is missing, says what it is for, and installs or builds it. Quick when nothing is to be done.

need_dotnet() {
  if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return; fi
  echo "Spool needs the .NET 10 SDK (https://dot.net). On Debian and Ubuntu: sudo apt-get install dotnet-sdk-10.0" >&2
  exit 1
}

# The packages of a purpose: name, what it is for. dpkg decides, not the PATH, so that fonts count too.
packages_of() {
  cat <<TXT
ffmpeg|video and sound
librsvg2-bin|slides
flite|the voice
fontconfig|fonts
libturbojpeg0|JPEG frames
fonts-dejavu-core|fonts
TXT
  if [ "$1" = test ]; then
    cat <<TXT
espeak-ng|a second voice, in tests
chromium|the page and screenshots, in tests
pocketsphinx|the recogniser, in tests
pocketsphinx-en-us|its English model, in tests
fonts-noto-color-emoji|emoji in colour, in tests
strace|faults of system calls, in tests
util-linux|tests
TXT
  fi
}

need_tools() { # install? purpose
  local missing=() why=() line name
  command -v dpkg-query >/dev/null || { echo "This is not Debian or Ubuntu: please install ffmpeg, librsvg, flite and DejaVu fonts yourself." >&2; return 0; }
  while IFS='|' read -r name line; do
    if ! dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then missing+=("$name"); why+=("$name ($line)"); fi
  done < <(packages_of "$2")
  [ ${#missing[@]} -eq 0 ] && return 0
  local commands="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$1" = no ] || [ "$(id -u)" != 0 ]; then
    if [ "$1" != no ] && sudo -n true 2>/dev/null; then commands="sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    else
      echo "Missing: $(IFS=,; echo "${why[*]}"). Please run:" >&2
      echo "  sudo sh -c '$commands'" >&2
      exit 1
    fi
  fi
  local size; size=$(apt-get install -s --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && apt-get install --no-install-recommends --print-uris -y "${missing[@]}" 2>/dev/null | awk '/^\x27/ {s+=$3} END {printf "%.0f MB", s/1e6}' || true)
  echo "Needs ${missing[*]}${size:+: $size by apt}, then one build. A few minutes."
  if [ -t 0 ] && [ "${CI:-}" != true ]; then
    read -r -p "Go on? [Y/n] " answer
    case "$answer" in [nN]*) echo "Nothing was changed. To do it yourself: $commands"; exit 1;; esac
  fi
  DEBIAN_FRONTEND=noninteractive bash -c "$commands" >"${TMPDIR:-/tmp}/spool-setup.log" 2>&1 || { tail -n 5 "${TMPDIR:-/tmp}/spool-setup.log" >&2; echo "The installation failed; its whole output is in ${TMPDIR:-/tmp}/spool-setup.log" >&2; exit 1; }
}

# A digest over the sources that a build depends on; cheap enough for every start.
sources_stamp() { # root folders...
  local root=$1; shift
  (cd "$root" && find "$@" -type f \( -path '*/node_modules/*' -o -path '*/dist/*' -o -path '*/obj/*' -o -path '*/bin/*' \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null || true) | LC_ALL=C sort | sha256sum | cut -d' ' -f1
}

build_web() { # root
  local stamp; stamp=$(sources_stamp "$1" web)
  [ -f "$1/artifacts/web.stamp" ] && [ "$(cat "$1/artifacts/web.stamp")" = "$stamp" ] && [ -f "$1/web/dist/report.html" ] && return 0
  if ! command -v npm >/dev/null; then
    echo "npm is not here, so the report page is left out (apt-get install npm, or Node.js 20 or newer)." >&2
    return 0
  fi
  echo "Building the page …"
  (cd "$1/web" && { [ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; } && npm run --silent build >/dev/null) || { echo "The page could not be built." >&2; exit 1; }
  mkdir -p "$1/artifacts"
  sources_stamp "$1" web >"$1/artifacts/web.stamp"
}

build_app() { # root
  local stamp; stamp=$(sources_stamp "$1" src web templates docs/guide Directory.Build.props Directory.Packages.props)
  [ -x "$1/artifacts/app/spool" ] && [ -f "$1/artifacts/app.stamp" ] && [ "$(cat "$1/artifacts/app.stamp")" = "$stamp" ] && return 0
  build_web "$1"
  echo "Building Spool (once, about a minute) …"
  local rid; rid=$(dotnet --info | awk '/RID:/ {print $2; exit}')
  case "$rid" in linux-x64|linux-arm64) ;; debian*-arm64|ubuntu*-arm64) rid=linux-arm64;; *) rid=linux-x64;; esac
  local log="$1/artifacts/build.log"; mkdir -p "$1/artifacts"
  dotnet publish "$1/src/App/Spool.App.csproj" -c Release -r "$rid" --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false -o "$1/artifacts/app" -nodeReuse:false >"$log" 2>&1 \
    || { grep -E 'error' "$log" | sort -u | head -n 10 >&2; echo "The build failed; its output is in $log" >&2; exit 1; }
  sources_stamp "$1" src web templates docs/guide Directory.Build.props Directory.Packages.props >"$1/artifacts/app.stamp"
}
