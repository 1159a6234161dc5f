#!/usr/bin/env python3
"""Publishes through the backend link as fast as the gateway takes it, and says how many a second, and how many for each second of the gateway's CPU.

The same message is sent again and again: --items publishes in each, to a room with --members sessions that read and throw away. What the gateway counts
(wsprism_link_publishes_total) and what the kernel says of its CPU time is what is reported, so this program's own speed does not matter as long as it keeps up.
"""
import argparse, os, re, socket, struct, threading, time, urllib.request

def upgrade(address, target, *headers):
    host, port = address.rsplit(":", 1)
    link = socket.create_connection((host, int(port)))
    link.sendall("\r\n".join([f"GET {target} HTTP/1.1", f"Host: {address}", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *headers, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += link.recv(1)
    if b" 101 " not in answer:
        raise SystemExit(answer.decode() + link.recv(65536).decode())
    return link

def frame(opcode, payload):
    # The mask is zero: what is masked is what was.
    size = len(payload)
    head = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size)
    return bytes([0x80 | opcode]) + head + bytes(4) + payload

def item(kind, room, size):
    name = room.encode()
    body = bytes([5, 1, 0]) + bytes(size) if kind == "hot" else b"\x05trade\x04tick" + b'{"text":"' + b"x" * size + b'"}'
    head = struct.pack("<BBBBII", 1 if kind == "hot" else 2, 1, len(name), 0, 0, 0)
    return struct.pack("<I", len(head) + len(name) + len(body)) + head + name + body

def discard(sockets):
    buffer = bytearray(1 << 20)
    while True:
        for client in sockets:
            try:
                client.recv_into(buffer)
            except BlockingIOError:
                pass
            except OSError:
                return

def counted(admin):
    page = urllib.request.urlopen(f"http://{admin}/metrics").read().decode()
    return sum(float(value) for value in re.findall(r"^wsprism_link_publishes_total\{.*\} (\S+)$", page, re.M))

def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--admin", default="127.0.0.1:9090")
    parse.add_argument("--clients", default="127.0.0.1:8080")
    parse.add_argument("--tenant", default="bench")
    parse.add_argument("--service", default="trade")
    parse.add_argument("--key", required=True)
    parse.add_argument("--pid", type=int, required=True, help="of the gateway, on this machine")
    parse.add_argument("--kind", choices=["hot", "envelope"], default="hot")
    parse.add_argument("--bytes", type=int, default=32, help="of payload, or of text in data")
    parse.add_argument("--items", type=int, default=100, help="publishes in one WebSocket message")
    parse.add_argument("--rooms", type=int, default=1)
    parse.add_argument("--members", type=int, default=1, help="of each room")
    parse.add_argument("--seconds", type=float, default=10)
    args = parse.parse_args()

    clients = []
    for room in range(args.rooms):
        for _ in range(args.members):
            client = upgrade(args.clients, f"/v1/ws?tenant={args.tenant}&ticket=load-{len(clients)}")
            client.sendall(frame(1, f'{{"svc":"room","type":"join","room":"r{room}"}}'.encode()))
            clients.append(client)
    time.sleep(0.5)
    for client in clients:
        client.setblocking(False)
    threading.Thread(target=discard, args=(clients,), daemon=True).start()

    link = upgrade(args.admin, f"/v1/backend?tenant={args.tenant}&services={args.service}", f"Authorization: Bearer {args.key}")
    threading.Thread(target=lambda: [None for _ in iter(lambda: link.recv(65536), b"")], daemon=True).start()
    message = frame(2, b"".join(item(args.kind, f"r{n % args.rooms}", args.bytes) for n in range(args.items)))
    burst = message * max(1, 262144 // len(message))

    warm = time.monotonic() + 2
    while time.monotonic() < warm:
        link.sendall(burst)
    count, used, began = counted(args.admin), cpu(args.pid), time.monotonic()
    while time.monotonic() < began + args.seconds:
        link.sendall(burst)
    count, used, took = counted(args.admin) - count, cpu(args.pid) - used, time.monotonic() - began
    print(f"{args.kind}, {args.items} a message, {args.bytes} bytes, {args.rooms} rooms of {args.members}: "
          f"{count / took:,.0f} publishes/s, {count / used:,.0f} per server CPU second ({used / took:.2f} cores)")

main()
