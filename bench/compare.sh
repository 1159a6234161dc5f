#!/usr/bin/env bash
# Measures the gateway beside `limit`, the least that a room server can do, and beside other servers. --help tells more; docs/benchmarks.md explains the rows.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() { echo "compare.sh: $*" >&2; exit 1; }
say() { echo "compare.sh: $*" >&2; }
note() { grep -qxF -- "$*" "$work/notes" || echo "$*" >> "$work/notes"; } # a footnote of the table

# shellcheck source=bench/compare/servers.sh
source "$root/bench/compare/servers.sh"
# shellcheck source=bench/compare/workloads.sh
source "$root/bench/compare/workloads.sh"
# shellcheck source=bench/compare/peers.sh
source "$root/bench/compare/peers.sh"

usage() {
  cat << 'HELP'
Measures the gateway beside `limit`, the least that a room server can do, and beside other servers, on this machine: server on one core, load generator
on another, a fresh server for each load, servers in turn, medians of the runs. Writes a markdown table; what it is doing goes to standard error.

  bench/compare.sh                                   limit, the gateway on event loops, the gateway with io: portable
  bench/compare.sh --peers --out table.md            all servers; installs with apt-get and npm what is missing
  bench/compare.sh --only echo --server limit,ws     one workload, two servers
  bench/compare.sh --peers --seconds 1 --runs 1      does everything work? (the figures mean little)
  bench/compare.sh --peers --plan                    what would be run, and how long it would take

  --server LIST   of limit, limit-batched, wsprism (io: auto), wsprism-epoll, wsprism-uring, portable, nchan (nginx), nats (nats-server), ws (node), aspnet; or all
  --peers         the same as --server all. nchan, nats and ws come from Debian packages, which are installed where this is root or sudo asks for no
                  password. What cannot be had is left out, and the table's footnote says why.
  --no-install    install no packages
  --only LIST     of these groups, or of single rows of them:
                    echo     64 connections, closed loop
                    fanout   one room of 1,000 at 50/s and 200/s (hot50, hot200; chat50, chat200: as envelopes of the Ext lane)
                    burst    the same at 1,600/s and 3,200/s (hot1600, hot3200, chat1600, chat3200)
                    rooms    100 rooms × 10 members, each at 20 Hz, nothing conflated
                    tick     the same, lossy, with tick_hz: 20 (gateway only)
                    stalled  500 in a room, without and with 10 that never read (stalledlossy: with lossy frames, gateway only)
                    idle     10,000 and 18,000 connections that do nothing (idle10000, idle18000)
                    gc       collections and bytes allocated at 100,000 deliveries/s (gateway only, in the first run)
  --runs N        runs of each load; the table has their medians (3)
  --seconds S     measuring time of a load (3); stalled takes 5 times, idle holds for 3 times (at least 6 s, the gateway gives memory back within 4), gc counts for 20 times as long
  --out FILE      where the table goes (standard output)
  --plan          print the plan and the time it would take, and end

Needs Linux, two cores, g++ (C++20), python3 and the .NET 10 SDK. Interrupted, it writes the table of what it has so far.
HELP
}

# value OPTION VALUE...
value() {
  [[ -n ${2:-} ]] || die "$1 wants a value; see --help"
  echo "$2"
}

runs=3 seconds=3 out='' install=yes plan_only=no
servers=(limit wsprism portable)
wanted=("${all_groups[@]}")
while (($# > 0)); do
  case $1 in
    --runs) runs=$(value "$@"); shift 2 ;;
    --seconds) seconds=$(value "$@"); shift 2 ;;
    --out) out=$(value "$@"); shift 2 ;;
    --only) list=$(value "$@"); read -ra wanted <<< "${list//,/ }"; shift 2 ;;
    --server) list=$(value "$@"); read -ra servers <<< "${list//,/ }"; shift 2 ;;
    --peers) servers=(all); shift ;;
    --no-install) install=no; shift ;;
    --plan) plan_only=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown option '$1'; see --help" ;;
  esac
done

[[ " ${servers[*]} " == *' all '* ]] && servers=("${all_servers[@]}")
for server in "${servers[@]}"; do
  [[ " ${all_servers[*]} " == *" $server "* ]] || die "unknown server '$server'; there are: ${all_servers[*]}, all"
done
workloads=()
for name in "${wanted[@]}"; do
  if [[ -n ${groups[$name]:-} ]]; then
    read -ra members <<< "${groups[$name]}"
    workloads+=("${members[@]}")
  elif [[ " ${groups[*]} " == *" $name "* ]]; then
    workloads+=("$name")
  else
    die "unknown workload '$name'; see --help"
  fi
done
[[ $runs =~ ^[1-9][0-9]*$ && $seconds =~ ^[1-9][0-9]*$ ]] || die "--runs and --seconds want whole numbers from 1"

[[ $(uname -s) == Linux ]] || die "needs Linux: the load generator uses epoll and /proc"
for tool in g++:'a C++20 compiler (package g++ or build-essential)' dotnet:'the .NET 10 SDK' taskset:'package util-linux' python3:'package python3'; do
  command -v "${tool%%:*}" > /dev/null || die "'${tool%%:*}' is missing: ${tool#*:}"
done
(($(nproc) >= 2)) || die "needs two cores, one for the server and one for the generator; this machine offers $(nproc)"
[[ -z $out ]] || { : >> "$out"; } 2> /dev/null || die "cannot write to $out"

# The first two cores that this process may use; usually 0 and 1.
read -r server_core generator_core < <(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2])')
ulimit -n "$(ulimit -Hn)" 2> /dev/null || true
descriptors=$(ulimit -n)
[[ $descriptors == unlimited ]] && descriptors=1048576

warmup=$((seconds < 2 ? 1 : 2))
stall_seconds=$((5 * seconds)) hold=$((seconds > 2 ? 3 * seconds : 6)) gc_seconds=$((20 * seconds))
timing=(--duration "$seconds" --warmup "$warmup")

work=$(mktemp -d)
touch "$work/notes"
server_pid='' server_pids='' generator_pid='' sampler_pid=''
declare -A overloaded=()

end_processes() {
  [[ -z $generator_pid ]] || kill "$generator_pid" 2> /dev/null || true
  [[ -z $sampler_pid ]] || kill "$sampler_pid" 2> /dev/null || true
  stop
}
write_table() {
  python3 "$root/bench/table.py" --folder "$work" --runs "$1" --load "$load" --gc-seconds "$gc_seconds" --servers "${servers[@]}" > "$work/table.md"
  # Not by way of /dev/stdout, which would empty a file that others write to as well.
  if [[ -n $out ]]; then cat "$work/table.md" > "$out"; else cat "$work/table.md"; fi
}
interrupted() {
  trap '' INT TERM
  end_processes
  ((run > 0)) || exit 130
  say "interrupted; the table has what was measured so far"
  note "Interrupted in run $run of $runs."
  write_table "$run" || true
  exit 130
}
trap 'end_processes; rm -rf "$work"' EXIT
run=0

# The plan: which workload, of which run, on which server. Servers take turns within a workload, so that a change of the machine's mood meets all of them.
plan() {
  steps=() total=0
  for workload in "${workloads[@]}"; do
    if [[ $workload == idle* ]] && ((${workload#idle} + 200 > descriptors)); then
      note "$workload was left out: a process may hold $descriptors descriptors here (ulimit -n)."
      continue
    fi
    if [[ $workload == tick && $plan_only == no ]] && ! { [[ -e $gateway ]] && gateway_accepts tick.yaml auto; }; then
      say "skipping tick: this gateway does not take tick_hz"
      note "tick was left out: this gateway does not take tick_hz (bench/tick.yaml)."
      continue
    fi
    kept+=("$workload")
  done
  for ((run = 1; run <= runs; run++)); do
    for workload in "${kept[@]}"; do
      [[ $workload != gc ]] || ((run == 1)) || continue
      for server in "${servers[@]}"; do
        fits "$workload" "$server" || continue
        steps+=("$run $workload $server")
        ((total += $(cost "$workload")))
      done
    done
  done
  run=0
}
kept=()

minutes() { echo "$((($1 + 59) / 60)) min"; }

if [[ $plan_only == yes ]]; then
  plan
  printf '%s\n' "${steps[@]}" | awk '{ print "run " $1 ": " $2 " on " $3 }'
  echo "${#steps[@]} loads, about $(minutes "$total"), and what building and installing takes"
  exit 0
fi

trap interrupted INT TERM
# On a shared machine a server that waits for its core coalesces more when it gets it, which flatters every figure: say so.
load=$(cut -d' ' -f1 /proc/loadavg)
python3 -c 'import sys; sys.exit(float(sys.argv[1]) > 0.7)' "$load" || say "other work is running (load average $load): believe ratios of one run, not the figures"
prepare
plan
((${#steps[@]} > 0)) || die "nothing to run: none of these servers knows that workload"

say "${#steps[@]} loads, about $(minutes "$total")"

began=$SECONDS planned=0
for i in "${!steps[@]}"; do
  read -r run workload server <<< "${steps[i]}"
  # What is left by the plan, corrected by how right the plan was so far.
  left=$((total - planned))
  ((planned < 30)) || left=$((left * (SECONDS - began) / planned))
  say "[$((i + 1))/${#steps[@]}] run $run of $runs: $workload on $server; $(minutes "$left") left"
  run_workload "$workload" "$server"
  ((planned += $(cost "$workload")))
done

write_table "$runs"
