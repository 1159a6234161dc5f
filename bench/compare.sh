#!/usr/bin/env bash
# Measures the gateway (wsprism: on event loops; portable: the same with io: portable) beside `limit`, the least that a room server can do, on this machine:
# server on one core, generator on another, in alternating runs, medians of three. Writes a markdown table to standard output (or --out FILE); what it is doing goes to standard error.
#
#   bench/compare.sh [--runs N] [--seconds S] [--out FILE] [--only echo|fanout|rooms|idle] [--server limit|wsprism|portable]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
runs=3
seconds=3
out=/dev/stdout
only='echo fanout rooms idle'
servers='limit wsprism portable'

die() { echo "compare.sh: $*" >&2; exit 1; }
say() { echo "compare.sh: $*" >&2; }

while (($# > 0)); do
  case $1 in
    --runs) runs=${2:?--runs wants a number}; shift 2 ;;
    --seconds) seconds=${2:?--seconds wants a number}; shift 2 ;;
    --out) out=${2:?--out wants a file}; shift 2 ;;
    --only) only=${2:?--only wants echo, fanout, rooms or idle}; shift 2 ;;
    --server) servers=${2:?--server wants limit, wsprism or portable}; shift 2 ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) die "unknown option '$1'; see --help" ;;
  esac
done

[[ $(uname -s) == Linux ]] || die "needs Linux: the load generator uses epoll and /proc"
for tool in g++:'a C++20 compiler (package g++ or build-essential)' dotnet:'the .NET 10 SDK' taskset:'package util-linux' python3:'package python3'; do
  command -v "${tool%%:*}" > /dev/null || die "'${tool%%:*}' is missing: ${tool#*:}"
done
(($(nproc) >= 2)) || die "needs two cores, one for the server and one for the generator; this machine offers $(nproc)"

# The first two cores that this process may use; usually 0 and 1.
mapfile -t cores < <(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2], sep="\n")')
ulimit -n "$(ulimit -Hn)" 2> /dev/null || true
descriptors=$(ulimit -n)
[[ $descriptors == unlimited ]] && descriptors=1048576

work=$(mktemp -d)
server_pid=
stop() {
  if [[ -n $server_pid ]]; then
    kill -9 "$server_pid" 2> /dev/null || true
    wait "$server_pid" 2> /dev/null || true
    server_pid=
  fi
}
trap 'stop; rm -rf "$work"' EXIT

gateway=$root/artifacts/bin/WsPrism.Gateway/release/wsprism.dll

say "building wsload, limit and the gateway"
flags=(-O3 -march=native -std=c++20)
g++ "${flags[@]}" -o "$work/wsload" "$root/tools/wsload/wsload.cc" || die "wsload does not compile; g++ must know C++20 (version 10 or later)"
g++ "${flags[@]}" -o "$work/limit" "$root/tools/limit/limit.cc" || die "limit does not compile; g++ must know C++20 (version 10 or later)"
dotnet build "$root/src/WsPrism.Gateway" -c Release --nologo -v quiet > "$work/build.log" 2>&1 || { cat "$work/build.log" >&2; die "the gateway does not build"; }

# On a shared machine a server that waits for its core coalesces more when it gets it, which flatters every figure: say so.
load=$(cut -d' ' -f1 /proc/loadavg)
python3 -c 'import sys; sys.exit(float(sys.argv[1]) > 0.7)' "$load" || say "other work is running (load average $load): believe ratios of one run, not the figures"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start limit|wsprism|portable: sets server_pid and port.
start() {
  port=$(free_port)
  if [[ $1 == limit ]]; then
    taskset -c "${cores[0]}" "$work/limit" "$port" > "$work/server.log" 2>&1 &
  else
    local io=auto
    [[ $1 == portable ]] && io=portable
    BENCH_PORT=$port BENCH_IO=$io taskset -c "${cores[0]}" dotnet "$gateway" start --config "$root/bench/bench.yaml" > "$work/server.log" 2>&1 &
  fi
  server_pid=$!
  for _ in {1..200}; do
    kill -0 "$server_pid" 2> /dev/null || { cat "$work/server.log" >&2; die "$1 ended before it listened"; }
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then return; fi
    sleep 0.1
  done
  cat "$work/server.log" >&2
  die "$1 does not listen on port $port"
}

# load NAME SERVER ARGS...: one run; its JSON line and the generator's remark on connecting go to files of that name.
load() {
  local name=$1 server=$2
  shift 2
  if ! taskset -c "${cores[1]}" "$work/wsload" "$@" --port "$port" --pid "$server_pid" > "$work/line" 2> "$work/remark"; then
    say "$name on $server failed: $(cat "$work/remark")"
  fi
  cat "$work/line" >> "$work/$name.$server.json"
  cat "$work/remark" >> "$work/$name.$server.remark"
}

wants() { [[ " $only " == *" $1 "* ]]; }

# The same work in each server's words: path, what to say on opening, what tells that it is done, how to publish.
limit_room=(--path '/ws?room=r{room}' --ready hi)
gateway_path='/v1/ws?tenant=bench&ticket=load-{i}'
gateway_room=(--path "$gateway_path" --onopen 't:{"svc":"room","type":"join","room":"r{room}"}' --ready '"joined"')
gateway_idle=(--path "$gateway_path" --ready '"budget"')

sizes=()
for size in 5000 10000 18000; do
  if ((size + 200 <= descriptors)); then
    sizes+=("$size")
  else
    say "skipping $size idle connections: a process may hold $descriptors descriptors here (ulimit -n)"
  fi
done

for ((run = 1; run <= runs; run++)); do
  for server in $servers; do
    say "run $run of $runs: $server"
    if [[ $server == limit ]]; then
      room=("${limit_room[@]}"); idle=("${limit_room[@]}")
      echo_pub='b:\xfa\x01\x00{ts8}{pad}'
      reliable_pub='b:\x01\x01\x20{ts8}{pad}'
      lossy_pub='b:\x01\x01\x00{ts8}{pad}'
      chat_pub='t:B{"svc":"chat","type":"send","data":{"msg":"{ts}{pad}"}}'
      self=()
    else
      room=("${gateway_room[@]}"); idle=("${gateway_idle[@]}")
      echo_pub='b:\xfa\x01\x00{ts8}{pad}'
      reliable_pub='b:\x01\x01\x20{ts8}{pad}'
      lossy_pub='b:\x01\x01\x00{ts8}{pad}'
      chat_pub='t:{"svc":"chat","type":"send","data":{"msg":"{ts}{pad}"}}'
      self=(--noself)
    fi

    if wants echo; then
      start "$server"
      load echo "$server" echo "${room[@]}" --conns 64 --pub "$echo_pub" --pad 50 --duration "$seconds" --warmup 2
      stop
    fi
    if wants fanout; then
      for rate in 50 200; do
        start "$server"
        load "hot$rate" "$server" fanout "${room[@]}" --rooms 1 --members 1000 --pubs 1 --rate "$rate" --pub "$reliable_pub" --pad 50 "${self[@]}" --duration "$seconds" --warmup 2
        load "chat$rate" "$server" fanout "${room[@]}" --rooms 1 --members 1000 --pubs 1 --rate "$rate" --pub "$chat_pub" --pad 30 --duration "$seconds" --warmup 2
        stop
      done
    fi
    if wants rooms; then
      start "$server"
      load rooms "$server" fanout "${room[@]}" --rooms 100 --members 10 --pubs 10 --rate 20000 --pub "$lossy_pub" --pad 50 "${self[@]}" --duration "$seconds" --warmup 2
      stop
    fi
    if wants idle; then
      for size in "${sizes[@]}"; do
        start "$server"
        # A few connections first, so that what a server loads once is not counted as theirs.
        load warm "$server" idle "${idle[@]}" --conns 200 --hold 1
        load "idle$size" "$server" idle "${idle[@]}" --conns "$size" --srcs 4 --hold 3
        stop
      done
    fi
  done
done

python3 "$root/bench/table.py" "$work" "$runs" "$load" $servers > "$work/table.md"
cat "$work/table.md" > "$out"
