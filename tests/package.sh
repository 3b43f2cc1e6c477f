#!/usr/bin/env bash
# The package that ./run.sh package makes, on a Debian that has nothing else: installs it, uses it as somebody without a
# home, removes it, and compares the files that are there with those before. Then lintian judges it. Needs root.
# package.sh DEB [ROOT]   ROOT: the folder of a Debian of the release that DEB was made on (without it, this machine's
# release is fetched with debootstrap)
set -euo pipefail
deb=$(realpath "$1")
scratch=$(mktemp -d)
root=$(realpath "${2:-$scratch/root}")
cleanup() {
  ! mountpoint -q "$root/proc" || umount "$root/proc"
  rm -rf --one-file-system "$scratch"
}
trap cleanup EXIT
fail() { echo "package.sh: $*"; exit 1; }
in_root() {  # its output is shown where it fails
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" >"$scratch/said" 2>&1 </dev/null || {
    cat "$scratch/said"
    fail "$* failed"
  }
}
user() { in_root setpriv --reuid=65534 --regid=65534 --clear-groups env -u HOME --chdir=/tmp/used "$@"; }
# Apart from what apt, dpkg and man write down for themselves.
files() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache/apt -o -path ./var/cache/man -o -path ./var/log \) -prune -o -print | sort); }

if [ ! -d "$root/etc" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
  debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$mirror" >"$scratch/said" 2>&1 ||
    fail "no system could be fetched: $(tail -n 1 "$scratch/said")"
  cp -n /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
fi
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mkdir -p "$root/tmp/used"
chmod 1777 "$root/tmp" "$root/tmp/used"
cp "$deb" "$root/tmp/tinymor.deb"
echo "$(basename "$deb"), $(($(stat -c %s "$deb") / 1000)) kB, on $(. "$root/etc/os-release" && echo "$PRETTY_NAME")"

in_root dpkg --purge tinymor  # of a run that failed
in_root apt-get update
in_root apt-get install -y --no-install-recommends man-db bash-completion
in_root apt-get satisfy -y --no-install-recommends "$(dpkg-deb -f "$deb" Depends)"
files >"$scratch/before"
in_root apt-get install -y --no-install-recommends /tmp/tinymor.deb
files >"$scratch/installed"

user tinymor --help
user tinymor generate /usr/share/tinymor/first-runs/mor --prompt "Once upon a time" --max-tokens 20
user tinymor eval /usr/share/tinymor/first-runs/mor --json
user tinymor-viz --png shown.png
user tinymor-viz --panel loop --text
[ "$(head -c 4 "$root/tmp/used/shown.png")" = $'\x89PNG' ] || fail "tinymor-viz drew nothing"
for page in $(grep -oP 'man1/\K[^/]+(?=\.1\.gz)' "$scratch/installed"); do user man -w "$page"; done
user man -w tinymor tinymor-viz tinymor-train tinymor-bench-gemm
for command in tinymor tinymor-viz; do
  user bash -c '. /usr/share/bash-completion/completions/$0
    complete_words() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _tinymor; echo "$*: ${COMPREPLY[*]}"; }
    complete_words tinymor gen | grep -q ": generate$"
    complete_words tinymor bench g | grep -q ": gemm$"
    complete_words tinymor eval run --checkp | grep -q ": --checkpoint$"
    complete_words tinymor-viz --checkpoint = n | grep -q ": newest$"
    complete_words tinymor-viz shown | grep -q ": shown.png$"' $command
done
for file in applications/tinymor-viz.desktop icons/hicolor/scalable/apps/tinymor-viz.svg doc/tinymor/copyright \
  doc/tinymor/docs/01-from-text-to-depth.md doc/tinymor/docs/images/loop.png tinymor/lessons/01-tokens.lesson; do
  [ -f "$root/usr/share/$file" ] || fail "there is no /usr/share/$file"
done
echo "installed: $(comm -13 "$scratch/before" "$scratch/installed" | wc -l) files and folders, which work for a user without a home"

in_root apt-get purge -y tinymor
files >"$scratch/after"
diff "$scratch/before" "$scratch/after" || fail "this is left, or gone, after removing it"
echo "removed: nothing is left"

in_root apt-get install -y --no-install-recommends lintian desktop-file-utils
in_root dpkg -x /tmp/tinymor.deb /tmp/unpacked
in_root desktop-file-validate /tmp/unpacked/usr/share/applications/tinymor-viz.desktop
user lintian --fail-on error,warning /tmp/tinymor.deb
echo "lintian: no error, no warning"
rm -rf "$root/tmp/used" "$root/tmp/unpacked" "$root/tmp/tinymor.deb"
