using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using WsPrism.Core.Delivery;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Testing;

/// <summary>One frame as a client got it.</summary>
internal sealed record ReceivedFrame(FrameKind Kind, DeliveryClass Class, byte[] Bytes)
{
    public Lane Lane => Kind == FrameKind.Binary ? Lane.Hot : Lane.Ext;

    public ushort CloseCode => BinaryPrimitives.ReadUInt16BigEndian(Bytes);

    public string CloseReason => Encoding.UTF8.GetString(Bytes.AsSpan(2));

    public ReceivedEnvelope ToEnvelope() => new(Encoding.UTF8.GetString(Bytes));

    public ReceivedHot ToHot()
    {
        var error = HotFrameReader.TryRead(Bytes, HotDirection.FromServer, out var frame);
        return error == ErrorCode.None
            ? new ReceivedHot(frame.SvcId, frame.Opcode, frame.Flags, frame.Seq, frame.Key, frame.Sender, frame.Room, frame.Payload.ToArray())
            : throw new InvalidOperationException("The gateway sent a Hot frame that cannot be read.");
    }

    /// <summary>The states in a Hot frame: those of a BATCH, or the frame itself.</summary>
    public IReadOnlyList<ReceivedHot> ToStates()
    {
        HotFrameReader.TryRead(Bytes, HotDirection.FromServer, out var frame);
        if (!frame.Has(HotFlags.Batch))
        {
            return [ToHot()];
        }

        var states = new List<ReceivedHot>();
        var reader = new HotBatchReader(frame);
        while (reader.TryReadNext(out var inner))
        {
            states.Add(new ReceivedFrame(Kind, Class, inner.ToArray()).ToHot());
        }

        return !reader.IsMalformed && states.Count == frame.Count
            ? states
            : throw new InvalidOperationException("The gateway sent a batch that cannot be read.");
    }

    public override string ToString() => Kind == FrameKind.Text ? Encoding.UTF8.GetString(Bytes) : $"{Kind} {Convert.ToHexString(Bytes)}";
}

/// <summary>A Hot frame as a client got it.</summary>
internal sealed record ReceivedHot(byte SvcId, byte Opcode, HotFlags Flags, uint Seq, uint Key, uint Sender, uint Room, byte[] Payload);

/// <summary>An envelope as a client got it.</summary>
internal sealed class ReceivedEnvelope(string text)
{
    private readonly JsonElement _root = JsonDocument.Parse(text).RootElement;

    public string Text => text;

    public string Svc => _root.GetProperty("svc").GetString()!;

    public string Type => _root.GetProperty("type").GetString()!;

    /// <summary><c>svc.type</c>.</summary>
    public string Name => $"{Svc}.{Type}";

    public string? Room => _root.TryGetProperty("room", out var room) ? room.GetString() : null;

    /// <summary>Its place in the room's history; null where it has none.</summary>
    public ulong? Offset => _root.TryGetProperty("offset", out var offset) ? offset.GetUInt64() : null;

    /// <summary>The id's token as JSON; null where there is none.</summary>
    public string? Id => _root.TryGetProperty("id", out var id) ? id.GetRawText() : null;

    public bool HasData => _root.TryGetProperty("data", out _);

    public JsonElement Data => _root.GetProperty("data");

    /// <summary>The code of a <c>sys.error</c>.</summary>
    public string Code => Data.GetProperty("code").GetString()!;

    public string[] FieldNames => [.. _root.EnumerateObject().Select(property => property.Name)];

    public string String(string name) => Data.GetProperty(name).GetString()!;

    public long Number(string name) => Data.GetProperty(name).GetInt64();

    public override string ToString() => text;
}
