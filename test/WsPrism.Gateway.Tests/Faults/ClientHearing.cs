using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// What a client has heard over all of its sessions, and how far it has come. Written by its client's loop; others may read it when that has ended, but for
/// <see cref="LastOf"/> and <see cref="WindowMs"/>.
/// </summary>
internal sealed class ClientHearing
{
    private readonly ConcurrentDictionary<int, int> _last = new();
    private long _windowMs;

    /// <summary>The sessions.</summary>
    public List<ClientLife> Lives { get; } = [];

    /// <summary>What should never come: refusals, members that leave, offsets of the room's history that do not follow one another.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Envelopes about who is in the room.</summary>
    public int PresenceEvents { get; private set; }

    /// <summary>Envelopes of the latest session whose <c>svc</c> is not <c>sys</c>.</summary>
    public long Position { get; private set; }

    /// <summary>The last envelope of the room's history.</summary>
    public long Offset { get; private set; }

    /// <summary>What the latest session was told of its window.</summary>
    public long WindowMs => Volatile.Read(ref _windowMs);

    /// <summary>The last message of a client; -1 where there is none.</summary>
    public int LastOf(int client) => _last.GetValueOrDefault(client, -1);

    /// <summary>A session has begun.</summary>
    public void Begin(JsonElement authed)
    {
        Position = 0;
        var windowMs = authed.GetProperty("resume").GetProperty("window_ms").GetInt64();
        Lives.Add(new ClientLife(authed.TryGetProperty("resume_failed", out var reason) ? reason.GetString() : null, windowMs));
        Volatile.Write(ref _windowMs, windowMs);
    }

    /// <summary>Takes an envelope whose <c>svc</c> is not <c>sys</c>.</summary>
    public void Take(JsonElement envelope)
    {
        Position++;
        if (envelope.GetProperty("svc").GetString() == "presence")
        {
            TakePresence(envelope);
            return;
        }

        var message = SpokenBy(envelope.GetProperty("data"));
        Lives[^1].Heard.Add(message);
        _last[message.Sender] = message.Number;
        if (envelope.TryGetProperty("offset", out var offset))
        {
            TakeOffset(offset.GetInt64());
        }
    }

    private static (int Sender, int Number) SpokenBy(JsonElement data)
    {
        var from = data.GetProperty("from").GetString()!;
        var text = data.GetProperty("msg").GetString()!;
        return (int.Parse(from.AsSpan("user:load-".Length), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(0, text.IndexOf(' ')), CultureInfo.InvariantCulture));
    }

    // Who loses a connection is still there for the others.
    private void TakePresence(JsonElement envelope)
    {
        PresenceEvents++;
        if (envelope.GetProperty("type").GetString() == "leave")
        {
            Errors.Add(envelope.ToString());
        }
    }

    // Clients are in their rooms before anything is said: they hear all of the history, one after the other.
    private void TakeOffset(long offset)
    {
        if (offset != Offset + 1)
        {
            Errors.Add($"offset {offset} behind {Offset}");
        }

        Offset = offset;
    }
}
