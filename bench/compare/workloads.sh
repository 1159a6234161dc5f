# shellcheck shell=bash
# Sourced by compare.sh: the workloads. Each runs on a fresh server and leaves lines of JSON in $work, which table.py reads.

declare -A groups=(
  [echo]='echo' [fanout]='hot50 chat50 hot200 chat200' [burst]='hot1600 chat1600 hot3200 chat3200' [rooms]='rooms' [tick]='tick'
  [stalled]='stalled stalledlossy' [idle]='idle10000 idle18000' [gc]='gc')
all_groups=(echo fanout burst rooms tick stalled idle gc)

small=63       # bytes of a message; with the eleven or so of a chat envelope more than that
big=8000       # bytes of a message where receivers stall, so that what waits for them is soon too much
plenty=67108864 # what may wait for a session of the gateway where nobody is slow
usual=262144   # the gateway's default for reliable frames

# fits WORKLOAD SERVER: whether that server has the form of message, or the meaning, that the workload is about.
fits() {
  case $1 in
    chat*) [[ $2 == limit* ]] || is_gateway "$2" ;;
    tick | stalledlossy | gc) is_gateway "$2" ;;
    *) true ;;
  esac
}

# cost WORKLOAD: seconds that it takes, about.
cost() {
  local overhead=$((warmup + 3)) # starting, connecting, what is still under way at the end
  case $1 in
    stalled*) echo $((2 * (stall_seconds + overhead))) ;;
    idle*) echo $((hold + 4 + ${1#idle} / 3000)) ;;
    gc) echo $((gc_seconds + overhead + 1)) ;;
    *) echo $((seconds + overhead)) ;;
  esac
}

# run_workload WORKLOAD SERVER: runs it once.
run_workload() {
  config=bench.yaml backlog=$plenty patience=$((seconds + 60))
  words "$2" $small
  case $1 in
    echo) on_fresh "$2" load echo "$2" echo "${echo_enter[@]}" --conns 64 --pub "$pub_echo" --pad "$padding" "${timing[@]}" ;;
    hot*) fan_out "$1" "$2" "${1#hot}" "$pub_reliable" "$padding" "${hears_itself[@]}" ;;
    chat*) fan_out "$1" "$2" "${1#chat}" "$pub_chat" 30 ;;
    rooms) on_fresh "$2" load rooms "$2" fanout "${enter[@]}" "${many_rooms[@]}" --pub "$pub_reliable" --pad "$padding" "${hears_itself[@]}" "${timing[@]}" ;;
    tick)
      config=tick.yaml # a batch holds the receiver's own state too, so everybody hears everybody
      on_fresh "$2" load tick "$2" fanout "${tick_enter[@]}" "${many_rooms[@]}" --pub "$pub_lossy" --pad "$padding" "${timing[@]}" ;;
    stalled*) stalled "$1" "$2" ;;
    idle*) on_fresh "$2" idle "$1" "$2" ;;
    gc) on_fresh "$2" collections "$2" ;;
  esac
}

many_rooms=(--rooms 100 --members 10 --pubs 10 --rate 20000)

on_fresh() {
  local status=0
  start "$1" || return 0
  shift
  "$@" || status=$?
  stop
  return $status
}

# load NAME SERVER ARGS...: one run of wsload; its JSON line and its remark on connecting go to files of that name.
load() {
  local name=$1 server=$2 status=0
  shift 2
  generate "$@" || status=$?
  if ((status != 0)); then
    local why
    why=$(head -c 300 "$work/remark" | tr -d '\000-\010\013-\037' | tr '\n' ' ')
    ((status != 124)) || why="no end within $patience s; $why"
    say "$name on $server failed: $why"
    [[ -s $work/line ]] || note "$name on $server failed: ${why% }."
  fi
  cat "$work/line" >> "$work/$name.$server.json"
  cat "$work/remark" >> "$work/$name.$server.remark"
}

# In the background and awaited, so that an interrupt is acted on at once.
generate() {
  begin_generating "$@"
  await_generator
}

begin_generating() {
  : > "$work/line"
  timeout -k 2 "$patience" taskset -c "$generator_core" "$work/wsload" "$@" --port "$port" --pid "$server_pids" > "$work/line" 2> "$work/remark" &
  generator_pid=$!
}

await_generator() {
  local status=0
  wait "$generator_pid" || status=$?
  generator_pid=''
  return $status
}

# fan_out NAME SERVER RATE PUB PADDING OPTIONS...: one room of 1,000. A peer that one rate was too much for is spared the higher ones.
fan_out() {
  local name=$1 server=$2 rate=$3 pub=$4 padding=$5
  shift 5
  if [[ -n ${overloaded[$server]:-} ]] && ((rate > overloaded[$server])); then
    say "skipping $name on $server: $(printf "%'d" "${overloaded[$server]}")/s was too much for it"
    return
  fi
  on_fresh "$server" load "$name" "$server" fanout "${enter[@]}" --rooms 1 --members 1000 --pubs 1 --rate "$rate" --pub "$pub" --pad "$padding" "$@" "${timing[@]}"
  if is_peer "$server" && is_behind; then
    overloaded[$server]=$rate
    note "$server could not keep up with 1 × 1,000 at $rate/s (less than 99 % received, or a p99 above half a second), and is not measured above that."
  fi
}

# Late, and not for want of a core that others took.
is_behind() {
  python3 -c '
import json, sys
line = sys.stdin.read()
run = json.loads(line) if line.strip() else None
late = run is None or run["received_pct"] < 99 or run["p99_us"] > 500_000
sys.exit(0 if late and (run is None or run["server_cpu"] > 0.8) else 1)' < "$work/line"
}

# stalled NAME SERVER: 500 in a room, first all of them reading, then ten of them not. What the server holds is noted twice a second.
stalled() {
  local name=$1 server=$2 count pub
  backlog=$usual patience=$((stall_seconds + 60))
  words "$server" $big
  pub=$pub_reliable
  [[ $name == stalled ]] || pub=$pub_lossy
  for count in 0 10; do
    start "$server" || return 0
    sample_memory "$work/$name$count.$server.rss" &
    sampler_pid=$!
    load "$name$count" "$server" fanout "${enter[@]}" --rooms 1 --members 500 --pubs 1 --rate 50 --stalled "$count" --pub "$pub" --pad "$padding" \
      "${hears_itself[@]}" --duration "$stall_seconds" --warmup "$warmup"
    kill "$sampler_pid" 2> /dev/null || true
    wait "$sampler_pid" 2> /dev/null || true
    sampler_pid=''
    stop
  done
}

# One line for each run: resident KiB of the server's processes at each moment.
sample_memory() {
  trap 'echo; exit' TERM
  local page_kib pid pages sum
  page_kib=$(($(getconf PAGESIZE) / 1024))
  while true; do
    sum=0
    for pid in ${server_pids//,/ }; do
      read -r _ pages _ < "/proc/$pid/statm" && sum=$((sum + pages * page_kib))
    done
    printf '%d ' "$sum"
    sleep 0.5
  done >> "$1" 2> /dev/null
}

idle() {
  local size=${1#idle}
  patience=$((hold + 120))
  # A few connections first, so that what a server loads once is not counted as theirs.
  generate idle "${idle_enter[@]}" --conns 200 --hold 1 || say "$1 on $2: the first 200 connections failed"
  load "$1" "$2" idle "${idle_enter[@]}" --conns "$size" --srcs 4 --hold "$hold"
}

# What the collector does in a minute of 100,000 deliveries a second; the counters are read while the load runs.
collections() {
  local server=$1 name=gc
  patience=$((gc_seconds + 60))
  begin_generating fanout "${enter[@]}" --rooms 1 --members 1000 --pubs 1 --rate 100 --pub "$pub_reliable" --pad "$padding" "${hears_itself[@]}" \
    --duration $((gc_seconds + 2)) --warmup "$warmup"
  until [[ -s $work/remark ]] || ! kill -0 "$generator_pid" 2> /dev/null; do pause 0.1; done
  pause $((warmup + 1))
  scrape > /dev/null || true # what the page itself loads once
  scrape > "$work/gc.$server.before" || note "gc on $server: the admin listener did not answer."
  pause "$gc_seconds"
  scrape > "$work/gc.$server.after" || true
  await_generator || say "$name on $server failed: $(cat "$work/remark")"
  cat "$work/line" >> "$work/gc.$server.json"
}

scrape() { python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())' "http://127.0.0.1:$admin_port/metrics"; }

# A sleep that an interrupt ends.
pause() {
  sleep "$1" &
  wait $! || true
}
