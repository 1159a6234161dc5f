using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// A client as PROTOCOL §6 wants one: it counts envelopes, resumes with its last token, sends again what was not acknowledged, and keeps all that it received. What
/// it keeps belongs to its loop, but for what is sent, and may be read when the loop has ended.
/// </summary>
internal sealed class ResumingClient(Func<string> address, string tenant, string ticket, string room)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, string> _unanswered = [];
    private ClientWebSocket? _socket;
    private Task _sending = Task.CompletedTask;
    private int _lastId;
    private string? _token;
    private long _position;

    /// <summary>Envelopes whose <c>svc</c> is not <c>sys</c>, in the order in which they came, over all connections.</summary>
    public List<JsonElement> Received { get; } = [];

    /// <summary>The latest Hot frame for each sender and opcode.</summary>
    public Dictionary<(uint Sender, byte Opcode), byte[]> States { get; } = [];

    /// <summary>Reasons of resumes that did not work.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Refusals, by id.</summary>
    public Dictionary<int, string> Errors { get; } = [];

    public int Resumes { get; private set; }

    public bool IsInRoom { get; private set; }

    /// <summary>Messages that were sent and not yet answered.</summary>
    public int Unanswered
    {
        get
        {
            lock (_gate)
            {
                return _unanswered.Count;
            }
        }
    }

    /// <summary>Sends an envelope that is answered once, however often it has to be sent.</summary>
    public void Send(string svc, string type, string data)
    {
        lock (_gate)
        {
            var id = ++_lastId;
            var text = $$"""{"svc":"{{svc}}","type":"{{type}}","room":{{JsonSerializer.Serialize(room)}},"data":{{data}},"id":{{id}}}""";
            _unanswered.Add(id, text);
            Post(text);
        }
    }

    /// <summary>Stays connected until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            using var socket = new ClientWebSocket();
            try
            {
                var resume = _token is null ? string.Empty : $"&resume={_token}&position={_position}";
                await socket.ConnectAsync(new Uri($"ws://{address()}/v1/ws?tenant={tenant}&ticket={ticket}{resume}"), cancellation);
                await ReadAsync(socket, cancellation);
            }
            catch (Exception exception) when (exception is WebSocketException or IOException or HttpRequestException or ObjectDisposedException)
            {
                // The wire.
            }
            catch (OperationCanceledException)
            {
                break;
            }

            lock (_gate)
            {
                _socket = null;
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task ReadAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            if (part.MessageType == WebSocketMessageType.Binary)
            {
                Keep(buffer[..length]);
            }
            else
            {
                OnEnvelope(socket, JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, length)));
            }
        }
    }

    private void Keep(byte[] frame)
    {
        // SENDER is all that a relayed frame of the tests has.
        if (frame[2] == 0x08)
        {
            States[(BitConverter.ToUInt32(frame, 3), frame[1])] = frame[7..];
        }
    }

    private void OnEnvelope(ClientWebSocket socket, JsonElement envelope)
    {
        if (envelope.GetProperty("svc").GetString() != "sys")
        {
            _position++;
            Received.Add(envelope);
            return;
        }

        var data = envelope.TryGetProperty("data", out var value) ? value : default;
        switch (envelope.GetProperty("type").GetString())
        {
            case "authed":
                if (data.TryGetProperty("resume_failed", out var reason))
                {
                    Failures.Add(reason.GetString()!);
                }

                _position = 0;
                _token = data.GetProperty("resume").GetProperty("token").GetString();
                Join(socket);
                break;
            case "resumed":
                Resumes++;
                _token = data.GetProperty("resume").GetProperty("token").GetString();
                SendAgain(socket);
                break;
            case "joined":
                IsInRoom = true;
                break;
            case "ack":
                Answered(envelope);
                break;
            case "error":
                Errors[Answered(envelope)] = data.ToString();
                break;
        }
    }

    // A new session: it has to come into the room first.
    private void Join(ClientWebSocket socket)
    {
        lock (_gate)
        {
            _socket = socket;
            Post($$"""{"svc":"room","type":"join","room":{{JsonSerializer.Serialize(room)}}}""");
            PostAll();
        }
    }

    private void SendAgain(ClientWebSocket socket)
    {
        lock (_gate)
        {
            _socket = socket;
            if (!IsInRoom)
            {
                Post($$"""{"svc":"room","type":"join","room":{{JsonSerializer.Serialize(room)}}}""");
            }

            PostAll();
        }
    }

    private int Answered(JsonElement envelope)
    {
        if (!envelope.TryGetProperty("id", out var id))
        {
            return 0;
        }

        lock (_gate)
        {
            _unanswered.Remove(id.GetInt32());
        }

        return id.GetInt32();
    }

    private void PostAll()
    {
        foreach (var text in _unanswered.Values)
        {
            Post(text);
        }
    }

    // One send after the other: the socket takes no second while one is under way.
    private void Post(string text)
    {
        if (_socket is { } socket)
        {
            _sending = PostAsync(_sending, socket, text);
        }
    }

    private static async Task PostAsync(Task before, ClientWebSocket socket, string text)
    {
        await before;
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its reader finds out; it is sent again then.
        }
    }
}
