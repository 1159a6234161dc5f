using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NetSocket = System.Net.Sockets.Socket;

namespace WsPrism.BackendBench;

/// <summary>
/// Many sessions lose their connections at once, miss messages, and come back all together: how many a gateway's CPU second gives back, when the last one has
/// everything, and what a session costs while it waits. Every message is checked.
/// </summary>
internal static class ResumeStorm
{
    // Sessions of one room, so that envelopes are shared as they are in life.
    private const int RoomSize = 50;
    private const int Missed = 20;

    // Handshakes under way at once.
    private const int AtOnce = 256;

    public static async Task<int> RunAsync(int count)
    {
        await using var gateway = await GatewayUnderLoad.StartAsync(core: 0, "http://127.0.0.1:1/", resume: true);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{gateway.Admin}/v1/tenants/bench/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", GatewayUnderLoad.Key);
        var empty = gateway.ResidentBytes;
        var clients = Enumerable.Range(0, count).Select(i => new Client(i)).ToArray();

        var (connectCpu, connected) = (gateway.CpuSeconds, Stopwatch.GetTimestamp());
        await AllAsync(clients, client => client.ConnectAsync(gateway.Tcp));
        connectCpu = gateway.CpuSeconds - connectCpu;
        var connectTime = Stopwatch.GetElapsedTime(connected);
        await AllAsync(clients, client => client.JoinAsync());
        await Task.Delay(TimeSpan.FromSeconds(8));
        var idle = gateway.ResidentBytes;

        foreach (var client in clients)
        {
            client.Drop();
        }

        await DetachedAsync(gateway, count);
        await Task.Delay(TimeSpan.FromSeconds(8));
        var detached = gateway.ResidentBytes;

        var rooms = (count + RoomSize - 1) / RoomSize;
        for (var i = 0; i < Missed; i++)
        {
            for (var room = 0; room < rooms; room++)
            {
                using var body = new StringContent($$"""{"svc":"a","type":"b","data":"{{i:D4}}{{new string('x', 96)}}"}""", Encoding.UTF8, "application/json");
                (await http.PostAsync($"rooms/r{room}/messages", body)).EnsureSuccessStatusCode();
            }
        }

        var holding = gateway.ResidentBytes;
        var (cpu, started) = (gateway.CpuSeconds, Stopwatch.GetTimestamp());
        await AllAsync(clients, client => client.ResumeAsync(gateway.Tcp));
        var elapsed = Stopwatch.GetElapsedTime(started);
        cpu = gateway.CpuSeconds - cpu;

        var table = string.Create(CultureInfo.InvariantCulture, $"""
            | {count} sessions, {Missed} envelopes of 100 bytes missed by each, rooms of {RoomSize} | |
            | --- | --- |
            | resumed per gateway CPU second | {count / cpu:0} |
            | for comparison, connected anew (before joining anything) | {count / connectCpu:0} |
            | time to the last, {AtOnce} at once | {elapsed.TotalSeconds:0.00} s (connected anew {connectTime.TotalSeconds:0.00} s) |
            | resident memory a session, connected and in a room | {(idle - empty) / count} bytes |
            | without a connection | {(detached - empty) / count} bytes |
            | without a connection, holding what it missed | {(holding - empty) / count} bytes |
            """);
        Console.WriteLine(table);
        return 0;
    }

    private static async Task AllAsync(Client[] clients, Func<Client, Task> act) => await Parallel.ForEachAsync(
        clients, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (client, _) => await act(client));

    private static async Task DetachedAsync(GatewayUnderLoad gateway, int count)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        while (!(await http.GetStringAsync($"http://{gateway.Admin}/metrics")).Contains($"wsprism_sessions_detached{{tenant=\"bench\"}} {count}\n", StringComparison.Ordinal))
        {
            await Task.Delay(20);
        }
    }

    /// <summary>A client of the TCP transport.</summary>
    private sealed class Client(int number)
    {
        private NetSocket _socket = null!;
        private string _token = string.Empty;

        public Task ConnectAsync(string address) => OpenAsync(address, string.Empty, "authed");

        public async Task JoinAsync()
        {
            await SendAsync(1, Encoding.UTF8.GetBytes($$"""{"svc":"room","type":"join","room":"r{{number / RoomSize}}"}"""));
            while (!(await ReadAsync()).Contains("\"joined\"", StringComparison.Ordinal))
            {
                // The budgets.
            }
        }

        public void Drop()
        {
            _socket.LingerState = new LingerOption(enable: true, 0);
            _socket.Dispose();
        }

        public async Task ResumeAsync(string address)
        {
            await OpenAsync(address, $" resume={_token} position=0", "resumed");
            for (var i = 0; i < Missed;)
            {
                var text = await ReadAsync();
                if (text.Contains("\"svc\":\"a\"", StringComparison.Ordinal) && !text.Contains($"\"{i++:D4}x", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"Message {i - 1} was expected, and {text} came.");
                }
            }
        }

        private async Task OpenAsync(string address, string more, string greeting)
        {
            _socket = new NetSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await _socket.ConnectAsync(IPEndPoint.Parse(address));
            await _socket.SendAsync(Encoding.ASCII.GetBytes($"WSPRISM/1 tenant=bench ticket=load-{number}{more}\n"));
            using var first = JsonDocument.Parse(await ReadAsync());
            if (first.RootElement.GetProperty("type").GetString() != greeting)
            {
                throw new InvalidOperationException($"sys.{greeting} was expected, and {first.RootElement} came.");
            }

            _token = first.RootElement.GetProperty("data").GetProperty("resume").GetProperty("token").GetString()!;
        }

        private async Task<string> ReadAsync()
        {
            while (true)
            {
                var header = await ReadAsync(5);
                var payload = await ReadAsync(BinaryPrimitives.ReadInt32LittleEndian(header));
                if (header[4] == 1)
                {
                    return Encoding.UTF8.GetString(payload);
                }

                if (header[4] == 9)
                {
                    await SendAsync(10, payload);
                }
            }
        }

        private async Task<byte[]> ReadAsync(int length)
        {
            var bytes = new byte[length];
            for (var read = 0; read < length;)
            {
                var got = await _socket.ReceiveAsync(bytes.AsMemory(read));
                read += got > 0 ? got : throw new InvalidOperationException("The gateway has ended the connection.");
            }

            return bytes;
        }

        private async Task SendAsync(byte kind, byte[] payload)
        {
            var frame = new byte[5 + payload.Length];
            BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
            frame[4] = kind;
            payload.CopyTo(frame, 5);
            await _socket.SendAsync(frame);
        }
    }
}
