# shellcheck shell=bash
# Sourced by compare.sh: what each server needs on this machine. Builds ours, installs or builds the peers, and leaves out, with the reason, what cannot be had.

# nginx and nats-server live where only root's PATH looks.
PATH=$PATH:/usr/sbin:/sbin

# leave_out SERVER REASON: it is not measured, and the table's footnote says why.
leave_out() {
  say "leaving out $1: $2"
  note "$1 was left out: $2."
  local kept=() server
  for server in "${servers[@]}"; do
    [[ $server == "$1" ]] || kept+=("$server")
  done
  servers=("${kept[@]}")
}

# As root, or by sudo where it does not ask for a password.
as_root() {
  if (($(id -u) == 0)); then "$@"; else sudo -n "$@"; fi
}

# apt_install PACKAGE...: false, with the reason in $reason, where that cannot be. What is installed must not start as a service of the machine.
apt_install() {
  reason="needs the Debian packages $*"
  command -v apt-get > /dev/null || { reason+="; there is no apt-get here"; return 1; }
  [[ $install == yes ]] || { reason+=", and --no-install was given"; return 1; }
  as_root true 2> /dev/null || { reason+="; installing them wants root: apt-get install $*"; return 1; }
  say "installing $*"
  local policy=/usr/sbin/policy-rc.d ours=no status=0
  if [[ ! -e $policy ]]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
    as_root chmod 755 "$policy"
  fi
  {
    as_root apt-get update -qq || true # what is known already may do
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  } > "$work/apt.log" 2>&1 || status=$?
  [[ $ours == no ]] || as_root rm -f "$policy"
  ((status == 0)) || { reason+="; installing them failed: $(grep -m 1 '^E:' "$work/apt.log" || tail -n 1 "$work/apt.log")"; return 1; }
}

# build PROJECT: without the helpers that a build otherwise leaves running.
build() { dotnet build "$root/$1" -c Release --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false > "$work/build.log" 2>&1; }

nchan_module=/usr/lib/nginx/modules/ngx_nchan_module.so
have_nchan() { command -v nginx > /dev/null && [[ -e $nchan_module ]]; }
have_nats() { command -v nats-server > /dev/null; }
ws_version() { sed -n 's/.*"version": *"\(.*\)".*/\1/p' "$1/package.json" 2> /dev/null || true; }
have_node() { command -v node > /dev/null && command -v npm > /dev/null; }

# prepare_SERVER: false, with the reason in $reason, where the server cannot be had; says its version in $version.
prepare_nchan() {
  have_nchan || apt_install nginx libnginx-mod-nchan || return 1
  version="nginx $(nginx -v 2>&1 | sed 's,.*/,,') with nchan $(dpkg-query -W -f '${Version}' libnginx-mod-nchan 2> /dev/null | sed 's/^[0-9]*://; s/[+-].*//')"
}

prepare_nats() {
  have_nats || apt_install nats-server || return 1
  version="nats-server $(nats-server --version | sed 's/.*v//')"
}

prepare_ws() {
  local folder=$root/artifacts/peers/ws
  have_node || apt_install nodejs npm || return 1
  mkdir -p "$folder"
  cp "$root"/bench/peers/ws/{package.json,server.js} "$folder"
  if [[ $(ws_version "$folder/node_modules/ws") != $(sed -n 's/.*"ws": *"\(.*\)".*/\1/p' "$folder/package.json") ]]; then
    (cd "$folder" && npm install --loglevel=error --no-package-lock --no-audit --no-fund) > "$work/npm.log" 2>&1 ||
      { reason="npm could not install the package ws: $(tail -n 1 "$work/npm.log")"; return 1; }
  fi
  version="node $(node --version) with ws $(ws_version "$folder/node_modules/ws")"
}

prepare_aspnet() {
  build bench/peers/aspnet ||
    { reason="bench/peers/aspnet does not build: $(grep -m 1 'error' "$work/build.log" || tail -n 1 "$work/build.log")"; return 1; }
  version="aspnet on .NET SDK $(dotnet --version)"
}

# The gateway says itself whether it knows a way of moving bytes.
prepare_wsprism-uring() {
  gateway_accepts bench.yaml io_uring || { reason='this gateway does not take io: io_uring'; return 1; }
}

prepare_limit() { g++ "${flags[@]}" -o "$work/limit" "$root/tools/limit/limit.cc" || die "limit does not compile; g++ must know C++20 (version 10 or later)"; }

prepare_limit-batched() {
  g++ "${flags[@]}" -DBATCHED -o "$work/limit-batched" "$root/tools/limit/limit.cc" -luring 2> "$work/build.log" ||
    { reason='limit does not compile with io_uring; the Debian package liburing-dev is needed'; return 1; }
  "$work/limit-batched" 0 & local probe=$!
  sleep 0.3
  kill "$probe" 2> /dev/null || { reason='this system forbids io_uring'; return 1; }
  wait "$probe" 2> /dev/null || true
}

# prepare: everything that the chosen servers need.
prepare() {
  flags=(-O3 -march=native -std=c++20)
  say "building wsload and the servers"
  g++ "${flags[@]}" -o "$work/wsload" "$root/tools/wsload/wsload.cc" || die "wsload does not compile; g++ must know C++20 (version 10 or later)"
  if [[ " ${servers[*]} " == *' wsprism'* || " ${servers[*]} " == *' portable '* ]]; then
    build src/WsPrism.Gateway || { cat "$work/build.log" >&2; die "the gateway does not build"; }
  fi
  local server versions=()
  for server in "${servers[@]}"; do
    declare -F "prepare_$server" > /dev/null || continue
    reason='' version=''
    if "prepare_$server"; then
      [[ -z $version ]] || versions+=("$version")
    else
      leave_out "$server" "$reason"
    fi
  done
  ((${#versions[@]} == 0)) || note "Peers: $(printf '%s, ' "${versions[@]}" | sed 's/, $//')."
  ((${#servers[@]} > 0)) || die "no server is left to measure"
}
