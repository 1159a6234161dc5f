"""Makes compare.sh's table of its JSON lines: the median of the runs of each workload and server."""
import json
import os
import re
import statistics
import sys

work, runs, load_average, servers = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]

LOADS = [
    ("echo", "echo, 64 connections, closed loop (Hot)"),
    ("hot50", "1 × 1,000 at 50/s (Hot, reliable)"),
    ("chat50", "1 × 1,000 at 50/s (Ext, chat)"),
    ("hot200", "1 × 1,000 at 200/s (Hot, reliable)"),
    ("chat200", "1 × 1,000 at 200/s (Ext, chat)"),
    ("rooms", "100 rooms × 10 at 20 Hz each (Hot)"),
]
IDLE = [("idle5000", "5,000"), ("idle10000", "10,000"), ("idle18000", "18,000")]


def lines(name, server, kind):
    path = os.path.join(work, f"{name}.{server}.{kind}")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line for line in file if line.strip()]


def results(name, server):
    return [json.loads(line) for line in lines(name, server, "json")]


def median(values):
    return statistics.median(values) if values else None


def show(value, form):
    return "–" if value is None else format(value, form)


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def loads():
    names = [entry for entry in LOADS if any(results(entry[0], server) for server in servers)]
    if not names:
        return
    row("load", "server", "thousand messages or deliveries per server CPU second", "core used, server / generator", "received", "p50 ms", "p99 ms")
    row("---", "---", "---", "---", "---", "---", "---")
    for name, title in names:
        for server in servers:
            runs_of = results(name, server)
            row(
                title, server,
                show(median([run["per_cpu_s"] / 1e3 for run in runs_of]), ".0f"),
                # Near 1.00 a server or the generator had nothing left.
                show(median([run["server_cpu"] for run in runs_of]), ".2f") + " / " + show(median([run["gen_cpu"] for run in runs_of]), ".2f"),
                # In a closed loop everybody waits for the answer, so there is nothing to lose.
                "all" if name == "echo" else show(median([run["received_pct"] for run in runs_of]), ".1f") + " %",
                show(median([run["p50_us"] / 1e3 for run in runs_of]), ".2f"),
                show(median([run["p99_us"] / 1e3 for run in runs_of]), ".2f"),
            )
    print()


def idle():
    names = [entry for entry in IDLE if any(results(entry[0], server) for server in servers)]
    if not names:
        return
    row("idle connections", "server", "KiB a connection", "accepted per server CPU second", "cores used while idle", "refused or lost")
    row("---", "---", "---", "---", "---", "---")
    for name, title in names:
        for server in servers:
            runs_of = results(name, server)
            accepts = [float(match[1]) for line in lines(name, server, "remark") if (match := re.search(r"([\d.]+) per server CPU s", line))]
            row(
                title, server,
                show(median([run["kib_per_conn"] for run in runs_of]), ".1f"),
                show(median(accepts), ",.0f"),
                show(median([run["idle_cpu"] for run in runs_of]), ".3f"),
                show(median([run["refused"] + run["lost_conns"] for run in runs_of]), ".0f"),
            )
    print()


loads()
idle()
print(f"Medians of {runs} alternating runs; load average before the first: {load_average}.")
