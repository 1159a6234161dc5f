using System.Text.Json;

namespace WsPrism.Client.Ext;

/// <summary>An envelope from the gateway. Immutable: keep it as long as you like, and read it on any thread.</summary>
public sealed class Message
{
    private readonly byte[] _data;
    private JsonDocument? _document;

    /// <summary>A message whose data is JSON, or nothing.</summary>
    internal Message(string svc, string type, string? room, ulong? offset, long? id, bool hasId, byte[] data, string? traceId)
    {
        Svc = svc;
        Type = type;
        Room = room;
        Offset = offset;
        Id = id;
        HasId = hasId;
        _data = data;
        TraceId = traceId;
    }

    /// <summary>The service it is from.</summary>
    public string Svc { get; }

    /// <summary>What kind of message it is.</summary>
    public string Type { get; }

    /// <summary>The room it belongs to, if any.</summary>
    public string? Room { get; }

    /// <summary>Its place in the room's history, where the room has one.</summary>
    public ulong? Offset { get; }

    /// <summary>What it says; undefined where it says nothing. See <see cref="JsonReading"/>.</summary>
    public JsonElement Data => _data.Length == 0 ? default : (_document ??= JsonDocument.Parse(_data)).RootElement;

    internal long? Id { get; }

    internal bool HasId { get; }

    internal string? TraceId { get; }

    /// <inheritdoc/>
    public override string ToString() => Room is null ? $"{Svc}.{Type}" : $"{Svc}.{Type} in {Room}";
}
