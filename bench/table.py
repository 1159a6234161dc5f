"""Makes compare.sh's tables of its JSON lines: for each workload and server the median of its runs."""
import argparse
import json
import os
import re
import statistics

LOADS = [
    ("echo", "echo, 64 connections, closed loop (Hot)"),
    ("hot50", "1 × 1,000 at 50/s (Hot, reliable)"),
    ("chat50", "1 × 1,000 at 50/s (Ext, chat)"),
    ("hot200", "1 × 1,000 at 200/s (Hot, reliable)"),
    ("chat200", "1 × 1,000 at 200/s (Ext, chat)"),
    ("hot1600", "1 × 1,000 at 1,600/s (Hot, reliable)"),
    ("chat1600", "1 × 1,000 at 1,600/s (Ext, chat)"),
    ("hot3200", "1 × 1,000 at 3,200/s (Hot, reliable)"),
    ("chat3200", "1 × 1,000 at 3,200/s (Ext, chat)"),
    ("rooms", "100 rooms × 10 at 20 Hz each (Hot, reliable)"),
    ("tick", "100 rooms × 10 at 20 Hz each (Hot, lossy, `tick_hz: 20`)"),
]
STALLED = [("stalled", "Hot, reliable"), ("stalledlossy", "Hot, lossy")]
MEMBERS, STALLING = 500, 10
IDLE = [("idle10000", "10,000"), ("idle18000", "18,000")]

parser = argparse.ArgumentParser()
parser.add_argument("--folder", required=True)
parser.add_argument("--runs", type=int, required=True)
parser.add_argument("--load", required=True, help="the machine's load average before the first run")
parser.add_argument("--gc-seconds", type=int, required=True)
parser.add_argument("--servers", nargs="+", required=True)
options = parser.parse_args()


def lines(name):
    path = os.path.join(options.folder, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as file:
        return [line.strip() for line in file if line.strip()]


def results(name, server):
    return [json.loads(line) for line in lines(f"{name}.{server}.json")]


def median(values):
    return statistics.median(values) if values else None


def show(value, form, unit=""):
    return "–" if value is None else format(value, form) + unit


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def heading(*cells):
    row(*cells)
    row(*("---" for _ in cells))


def measured(workloads, suffix=""):
    """The workloads that any server has a result of, each with the servers that have one."""
    for name, title in workloads:
        for_it = [server for server in options.servers if results(name + suffix, server)]
        if for_it:
            yield name, title, for_it


def received(name, runs):
    # In a closed loop everybody waits for the answer, so there is nothing to lose.
    if name == "echo":
        return "all"
    lost = median([run["lost_conns"] for run in runs])
    share = show(median([run["received_pct"] for run in runs]), ".1f", " %")
    return share if lost == 0 else f"{share} ({lost:.0f} cut off)"


def latency(runs, quantile):
    """Milliseconds, of the runs in which anything came back."""
    return show(median([run[quantile] / 1e3 for run in runs if run["received"]]), ".2f")


def loads():
    groups = list(measured(LOADS))
    if not groups:
        return
    heading("load", "server", "thousand messages or deliveries per server CPU second", "core used, server / generator", "received", "p50 ms", "p99 ms")
    for name, title, servers in groups:
        for server in servers:
            runs = results(name, server)
            row(
                title, server,
                show(median([run["per_cpu_s"] / 1e3 for run in runs]), ".0f"),
                # Near 1.00 a server or the generator had nothing left.
                show(median([run["server_cpu"] for run in runs]), ".2f") + " / " + show(median([run["gen_cpu"] for run in runs]), ".2f"),
                received(name, runs),
                latency(runs, "p50_us"),
                latency(runs, "p99_us"),
            )
    print()


def memory(name, server):
    """Median MiB at the start, in the middle and at the end of the runs."""
    samples = [[int(sample) for sample in line.split()] for line in lines(f"{name}.{server}.rss")]
    points = [(run[0], run[len(run) // 2], run[-1]) for run in samples if run]
    return " / ".join(show(median([point[at] / 1024 for point in points]), ".0f") for at in range(3))


def healthy_share(run, hears_itself):
    # Of those who read; a server that cuts the others off must not lower what is expected.
    expected = run["sent"] * (MEMBERS - STALLING - (0 if hears_itself else 1))
    return min(100.0, 100.0 * run["received"] / expected) if expected else 0.0


def hears_itself(name, server):
    """Whether a publisher hears itself, seen in what was expected with all reading."""
    first = results(name + "0", server)[0]
    return first["expected"] == first["sent"] * first["conns"]


def stalled():
    groups = list(measured(STALLED, "10"))
    if not groups:
        return
    heading(
        "500 in a room, 50 × 8 kB/s", "server", "p99 ms, all reading", f"p99 ms of the others, {STALLING} never reading", "ratio", "received by the others",
        "cut off", "MiB at start / middle / end, all reading", f"the same, {STALLING} never reading")
    for name, title, servers in groups:
        for server in servers:
            without, those = results(name + "0", server), results(name + "10", server)
            before, after = median([run["p99_us"] / 1e3 for run in without]), median([run["p99_us"] / 1e3 for run in those])
            row(
                title, server, show(before, ".2f"), show(after, ".2f"), show(after / before if before else None, ".2f"),
                show(median([healthy_share(run, hears_itself(name, server)) for run in those]) if without else None, ".1f", " %"),
                show(median([run["lost_conns"] for run in those]), ".0f"),
                memory(name + "0", server), memory(name + "10", server),
            )
    print()


def idle():
    groups = list(measured(IDLE))
    if not groups:
        return
    heading("idle connections", "server", "bytes a connection", "accepted per server CPU second", "cores used while idle", "refused or lost")
    for name, title, servers in groups:
        for server in servers:
            runs = results(name, server)
            accepts = [float(match[1]) for line in lines(f"{name}.{server}.remark") if (match := re.search(r"([\d.]+) per server CPU s", line))]
            row(
                title, server,
                show(median([run["kib_per_conn"] * 1024 for run in runs]), ",.0f"),
                show(median(accepts), ",.0f"),
                show(median([run["idle_cpu"] for run in runs]), ".3f"),
                show(median([run["refused"] + run["lost_conns"] for run in runs]), ".0f"),
            )
    print()


def counters(name):
    """The samples of a metrics page."""
    samples = (line.rsplit(" ", 1) for line in lines(name) if not line.startswith("#"))
    return {key: float(value) for key, value in samples}


def collections():
    title = f"{options.gc_seconds} s at 100,000 deliveries/s"
    servers = [server for server in options.servers if counters(f"gc.{server}.before") and counters(f"gc.{server}.after")]
    if not servers:
        return
    heading(title, "collections, generation 0 / 1 / 2", "KiB allocated (the metrics page included)", "deliveries a second", "bytes a delivery")
    for server in servers:
        before, after = counters(f"gc.{server}.before"), counters(f"gc.{server}.after")
        key = 'wsprism_gc_collections_total{generation="%d"}'
        counts = " / ".join(format(after[key % generation] - before[key % generation], ".0f") for generation in range(3))
        allocated = after["wsprism_allocated_bytes_total"] - before["wsprism_allocated_bytes_total"]
        rate = median([run["per_s"] for run in results("gc", server)])
        row(
            server, counts, show(allocated / 1024, ",.0f"), show(rate, ",.0f"),
            show(allocated / (rate * options.gc_seconds) if rate else None, ".3f"))
    print()


loads()
stalled()
idle()
collections()
print(f"Medians of {options.runs} alternating runs; load average before the first: {options.load}.")
for remark in lines("notes"):
    print(remark)
