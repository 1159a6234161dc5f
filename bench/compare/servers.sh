# shellcheck shell=bash
# Sourced by compare.sh: how each server is started and stopped, and how a load is put in its words.

all_servers=(limit limit-batched wsprism wsprism-epoll wsprism-uring portable nchan nats ws aspnet)
gateway=$root/artifacts/bin/WsPrism.Gateway/release/wsprism.dll

is_gateway() { [[ $1 == wsprism* || $1 == portable ]]; }
is_peer() { [[ $1 != limit* ]] && ! is_gateway "$1"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# gateway_accepts FILE IO: whether this gateway takes that file of bench/ and that way of moving bytes.
gateway_accepts() {
  BENCH_PORT=1 BENCH_ADMIN_PORT=2 BENCH_BACKLOG=65536 BENCH_IO=$2 dotnet "$gateway" validate --config "$root/bench/$1" > /dev/null 2>&1
}

# Puts the server's process in the place of this one, on the server's core.
launch() {
  local io=auto
  case $1 in
    limit | limit-batched) exec taskset -c "$server_core" "$work/$1" "$port" ;;
    wsprism | wsprism-epoll | wsprism-uring | portable)
      case $1 in wsprism-epoll) io=epoll ;; wsprism-uring) io=io_uring ;; portable) io=portable ;; esac
      export BENCH_PORT=$port BENCH_ADMIN_PORT=$admin_port BENCH_IO=$io BENCH_BACKLOG=$backlog
      exec taskset -c "$server_core" dotnet "$gateway" start --config "$root/bench/$config" ;;
    nchan)
      mkdir -p "$work/nchan"
      sed "s,@PORT@,$port,; s,@WORK@,$work/nchan,; s,@MODULE@,$nchan_module," "$root/bench/peers/nchan/nginx.conf" > "$work/nchan/nginx.conf"
      exec taskset -c "$server_core" nginx -e "$work/nchan/error.log" -p "$work/nchan" -c "$work/nchan/nginx.conf" ;;
    nats)
      sed "s,@PORT@,$port,; s,@CLIENT_PORT@,$admin_port," "$root/bench/peers/nats/nats.conf" > "$work/nats.conf"
      exec taskset -c "$server_core" nats-server -c "$work/nats.conf" ;;
    ws) exec taskset -c "$server_core" node "$root/artifacts/peers/ws/server.js" "$port" ;;
    aspnet) exec taskset -c "$server_core" dotnet "$root/artifacts/bin/AspNetPeer/release/aspnet-peer.dll" "$port" ;;
  esac
}

# start SERVER: sets server_pid, server_pids (its workers too, by commas), port and admin_port. $config and $backlog are the gateway's. False where it does not come up.
start() {
  for _ in 1 2; do # a second time where somebody took the port in between
    port=$(free_port) admin_port=$(free_port)
    launch "$1" > "$work/server.log" 2>&1 &
    server_pid=$!
    for _ in {1..200}; do
      kill -0 "$server_pid" 2> /dev/null || break
      if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
        server_pids=$(tr -s ' ' ',' <<< "$server_pid $(workers)" | sed 's/,*$//')
        return
      fi
      sleep 0.1
    done
    stop
  done
  tail -n 20 "$work/server.log" >&2
  note "$1 did not start once."
  return 1
}

workers() { cat "/proc/$server_pid/task/$server_pid/children" 2> /dev/null || true; }

stop() {
  [[ -n $server_pid ]] || return 0
  local processes
  read -ra processes <<< "$server_pid $(workers)"
  if ((${#processes[@]} > 1)); then # whoever has workers ends them himself, and is asked before he is made to
    kill "$server_pid" 2> /dev/null || true
    for _ in {1..20}; do
      kill -0 "$server_pid" 2> /dev/null || break
      sleep 0.1
    done
  fi
  kill -9 "${processes[@]}" 2> /dev/null || true
  wait "$server_pid" 2> /dev/null || true
  server_pid=''
}

# words SERVER SIZE: how to say the loads to that server, with messages of SIZE bytes. enter: path, what to say on opening and what tells that it is done, for
# a member of a room; echo_enter, tick_enter, idle_enter: the same for those loads. pub_echo, pub_reliable, pub_lossy, pub_chat: how to publish, empty where the server
# has no such form. padding: for SIZE. hears_itself: an option of wsload.
words() {
  local size=$2
  padding=$((size - 13)) hears_itself=() pub_lossy='' pub_chat=''
  pub_echo='b:\xfa\x01\x00{ts8}{pad}'
  pub_reliable='b:\x01\x01\x20{ts8}{pad}'
  case $1 in
    limit* | ws | aspnet)
      enter=(--path '/ws?room=r{room}' --ready hi)
      echo_enter=("${enter[@]}") idle_enter=("${enter[@]}")
      [[ $1 != limit* ]] || pub_chat='t:B{"svc":"chat","type":"send","data":{"msg":"{ts}{pad}"}}' ;;
    nchan)
      enter=(--path '/room/r{room}')
      echo_enter=(--path '/room/e{i}') idle_enter=("${enter[@]}")
      pub_echo='t:E{ts}{pad}' pub_reliable='t:B{ts}{pad}' padding=$((size - 19)) ;;
    nats)
      local hello='b:CONNECT {"verbose":false,"pedantic":false}\r\n'
      enter=(--path / --onopen "${hello}SUB room.{room} 1\r\nPING\r\n" --ready PONG)
      echo_enter=(--path / --onopen "${hello}SUB echo.{i} 1\r\nPING\r\n" --ready PONG) idle_enter=("${enter[@]}")
      pub_echo="b:PUB echo.{i} $size"'\r\n\xfa\x01\x00{ts8}{pad}\r\n'
      pub_reliable="b:PUB room.{room} $size"'\r\n\x01\x01\x20{ts8}{pad}\r\n' ;;
    *)
      local path='/v1/ws?tenant=bench&ticket=load-{i}'
      enter=(--path "$path" --onopen 't:{"svc":"room","type":"join","room":"r{room}"}' --ready '"joined"')
      tick_enter=(--path "$path" --onopen 't:{"svc":"room","type":"join","room":"tick{room}"}' --ready '"joined"')
      echo_enter=("${enter[@]}") idle_enter=(--path "$path" --ready '"budget"')
      pub_lossy='b:\x01\x01\x00{ts8}{pad}'
      pub_chat='t:{"svc":"chat","type":"send","data":{"msg":"{ts}{pad}"}}'
      hears_itself=(--noself) ;;
  esac
}
