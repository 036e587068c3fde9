#!/usr/bin/env bash
# Builds the image of the server.
#   deploy/image.sh [--tag NAME] [--base IMAGE]     from a base image of a registry (default debian:bookworm-slim)
#   deploy/image.sh --rootfs FILE.tar               from a root file system, without any registry
#   deploy/image.sh --make-rootfs FILE.tar          only makes such a file, by debootstrap (as root, from the Debian mirror of this machine)
# ENGINE=docker takes docker instead of podman. What is built is for this machine's processor.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/deploy/setup.sh"
tag=localhost/spool:latest base="" rootfs="" make="" engine=${ENGINE:-podman}
while [ $# -gt 0 ]; do
  case "$1" in
    --tag) tag=${2:?--tag needs a name};;
    --base) base=${2:?--base needs an image};;
    --rootfs) rootfs=${2:?--rootfs needs a tar};;
    --make-rootfs) make=${2:?--make-rootfs needs a file};;
    *) sed -n '2,6p' "$0" | sed 's/^# \?//'; exit 2;;
  esac
  shift 2
done
packages=$(packages_of run | cut -d'|' -f1; printf '%s\n' ca-certificates libssl3 tini)

if [ -n "$make" ]; then
  command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
  [ "$(id -u)" = 0 ] || { echo "debootstrap needs root" >&2; exit 1; }
  work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  # The packages of a desktop that ffmpeg recommends stay out.
  debootstrap --variant=minbase bookworm "$work/root" "${MIRROR:-http://deb.debian.org/debian}" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
  cp /etc/resolv.conf "$work/root/etc/resolv.conf"
  for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf; do if [ -f "$file" ]; then cp "$file" "$work/root/etc/apt/apt.conf.d/99image"; fi; done
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive chroot "$work/root" sh -c "apt-get update && apt-get install -y --no-install-recommends $(echo $packages) && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /etc/apt/apt.conf.d/99image" >>"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
  rm -f "$work/root/etc/resolv.conf"
  tar -C "$work/root" --numeric-owner --exclude=./dev/* -cf "$make" .
  echo "$make: $(du -h "$make" | cut -f1)"
  exit 0
fi

command -v "$engine" >/dev/null || { echo "$engine is not here: apt-get install podman (or ENGINE=docker)" >&2; exit 1; }
build_web "$root"
rid=linux-x64; [ "$(uname -m)" != aarch64 ] || rid=linux-arm64
context=$(mktemp -d); trap 'rm -rf "$context"' EXIT
# With its own runtime, so that the base needs none.
dotnet publish "$root/src/App/Spool.App.csproj" -c Release -r "$rid" --self-contained true -p:PublishReadyToRun=true -p:RunAnalyzers=false -o "$context/app" -nodeReuse:false --artifacts-path "$root/artifacts/image" >"$context/log" 2>&1 \
  || { grep -E 'error' "$context/log" | sort -u | head -n 10 >&2; exit 1; }
find "$context/app" -name '*.pdb' -delete
echo "$packages" >"$context/packages"
if [ -n "$rootfs" ]; then
  base=localhost/spool-base
  "$engine" import "$rootfs" "$base" >/dev/null
fi
format=(); [ "$engine" != podman ] || format=(--format docker) # the other format has no health check
"$engine" build "${format[@]}" ${base:+--build-arg "BASE=$base"} -f "$root/deploy/Containerfile" -t "$tag" "$context"
echo "$tag is built. For example:"
echo "  $engine run -d --name spool --network host -v spool-state:/state -v \"\$PWD\":/work $tag"
