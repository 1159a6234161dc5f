using System.Buffers;
using WsPrism.Core.Delivery;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Rooms.History;

/// <summary>Something to be stored, or not to be stored any more. Made by anybody, then the writer's alone.</summary>
internal sealed class HistoryOperation
{
    private byte[] _bytes = [];
    private int _svc;
    private int _type;
    private int _data;

    private HistoryOperation(HistoryOperationKind kind, string tenant, string room)
    {
        Kind = kind;
        Tenant = tenant;
        Room = room;
    }

    public HistoryOperationKind Kind { get; }

    public string Tenant { get; }

    public string Room { get; }

    /// <summary>Of a publish: its offset. Of a trim: the first that stays.</summary>
    public ulong Offset { get; set; }

    public ulong Epoch { get; set; }

    public long AtUnixMs { get; set; }

    /// <summary>What clients get; the writer's reference.</summary>
    public OutboundFrame? Frame { get; set; }

    /// <summary>False for a publish that goes this way for the order alone.</summary>
    public bool IsStored { get; set; } = true;

    /// <summary>Of a publish.</summary>
    public RoomHistory? History { get; private init; }

    /// <summary>Of a publish.</summary>
    public PublishOptions Options { get; private init; }

    public int Length => _svc + _type + _data;

    /// <summary>The envelope that is to be published; without its room and offset.</summary>
    public OutboundEnvelope Envelope => new()
    {
        Svc = _bytes.AsSpan(0, _svc),
        Type = _bytes.AsSpan(_svc, _type),
        Data = _bytes.AsSpan(_svc + _type, _data),
    };

    public static HistoryOperation Publish(RoomHistory history, string tenant, in OutboundEnvelope envelope, in PublishOptions options)
    {
        var operation = new HistoryOperation(HistoryOperationKind.Publish, tenant, history.Name) { History = history, Options = options };
        (operation._svc, operation._type, operation._data) = (envelope.Svc.Length, envelope.Type.Length, envelope.Data.Length);
        operation._bytes = ArrayPool<byte>.Shared.Rent(operation.Length);
        envelope.Svc.CopyTo(operation._bytes);
        envelope.Type.CopyTo(operation._bytes.AsSpan(operation._svc));
        envelope.Data.CopyTo(operation._bytes.AsSpan(operation._svc + operation._type));
        return operation;
    }

    public static HistoryOperation Trim(string tenant, string room, ulong first) => new(HistoryOperationKind.Trim, tenant, room) { Offset = first };

    public static HistoryOperation Forget(string tenant, string room) => new(HistoryOperationKind.Forget, tenant, room);

    /// <summary>The envelope is not asked for any more.</summary>
    public void DropEnvelope()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _svc, _type, _data) = ([], 0, 0, 0);
    }
}

/// <summary>What a <see cref="HistoryOperation"/> is.</summary>
internal enum HistoryOperationKind : byte
{
    /// <summary>A message of a room, whose epoch and offset it brings.</summary>
    Publish,

    /// <summary>The messages of a room before an offset go.</summary>
    Trim,

    /// <summary>A room goes, with its epoch.</summary>
    Forget,
}
