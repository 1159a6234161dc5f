using System.Buffers.Binary;

namespace WsPrism.Backend.Link;

/// <summary>
/// Reads the items of a worker's binary message, in place and without allocating. What is wrong within an item is that item's affair; what makes the rest
/// unreadable ends it.
/// <code>
/// [u32 length of what follows][u8 op][u8 target][u8 name length n][u8 0][u32 receipt][u32 except][name, n bytes][body]
/// op 1: body = Hot frame      op 2: body = [u8 s][svc, s bytes][u8 t][type, t bytes][data]      numbers are little-endian
/// </code>
/// </summary>
internal ref struct LinkItemReader(ReadOnlySpan<byte> message)
{
    /// <summary>The bytes of an item before its name, its length aside.</summary>
    public const int HeaderLength = 12;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>True where the lengths do not fit: nothing more can be read.</summary>
    public bool IsBroken { get; private set; } = message.IsEmpty;

    /// <summary>The next item; false at the end. <paramref name="problem"/> says what is wrong with it, null where nothing is.</summary>
    public bool TryRead(out LinkPublish item, out string? problem)
    {
        item = default;
        problem = null;
        if (_rest.IsEmpty || IsBroken)
        {
            return false;
        }

        if (_rest.Length < sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(_rest) is var length && (length < HeaderLength || length > _rest.Length - sizeof(uint)))
        {
            IsBroken = true;
            return false;
        }

        problem = Read(_rest.Slice(sizeof(uint), (int)length), ref item);
        _rest = _rest[(sizeof(uint) + (int)length)..];
        return true;
    }

    private static string? Read(ReadOnlySpan<byte> bytes, ref LinkPublish item)
    {
        item.Op = (LinkOp)bytes[0];
        item.Target = (LinkTarget)bytes[1];
        item.Receipt = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        item.Except = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        var nameLength = bytes[2];
        if (bytes[3] != 0 || nameLength > bytes.Length - HeaderLength)
        {
            return "The item's name is longer than the item, or its fourth byte is not 0.";
        }

        item.Name = bytes.Slice(HeaderLength, nameLength);
        if (!ReadTarget(ref item))
        {
            return "The item's target is none of 1 to 6, or its name does not fit it.";
        }

        var body = bytes[(HeaderLength + nameLength)..];
        switch (item.Op)
        {
            case LinkOp.Frame:
                item.Frame = body;
                return null;
            case LinkOp.Envelope when TryTake(ref body, out var svc) && TryTake(ref body, out var type):
                item.Svc = svc;
                item.Type = type;
                item.Data = body;
                return null;
            case LinkOp.Envelope:
                return "The item is shorter than its svc and type.";
            default:
                return "The item's op is neither 1 (Hot frame) nor 2 (envelope).";
        }
    }

    private static bool ReadTarget(ref LinkPublish item)
    {
        switch (item.Target)
        {
            case LinkTarget.Room or LinkTarget.User or LinkTarget.Session:
                return !item.Name.IsEmpty;
            case LinkTarget.All:
                return item.Name.IsEmpty;
            case LinkTarget.RoomHandle or LinkTarget.SessionHandle when item.Name.Length == sizeof(uint):
                item.Handle = BinaryPrimitives.ReadUInt32LittleEndian(item.Name);
                return true;
            default:
                return false;
        }
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> body, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (body.IsEmpty || body[0] > body.Length - 1)
        {
            return false;
        }

        text = body.Slice(1, body[0]);
        body = body[(1 + text.Length)..];
        return true;
    }
}
