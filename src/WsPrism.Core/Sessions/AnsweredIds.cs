using System.Buffers.Binary;
using System.Security.Cryptography;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Sessions;

/// <summary>
/// What a session's last 1,024 message ids were answered, so that a message sent again is answered again but not acted on again (PROTOCOL §3).
/// Ids are kept as 64-bit keyed hashes; arrays grow with use. Answers' data is kept up to a bound; beyond it the oldest data is forgotten and only
/// "accepted" is left of it. Owned by the shard's thread.
/// </summary>
internal sealed class AnsweredIds
{
    /// <summary>How many ids are remembered.</summary>
    public const int Capacity = 1_024;

    private const int MaxDataBytes = 65_536;

    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    private ulong[] _hashes = [];
    private Answer[] _answers = [];
    private int _next;
    private int _dataBytes;

    // Ids remembered so far, and the first of them whose data may still be kept.
    private long _remembered;
    private long _forgetFrom;

    /// <summary>Finds how an id was answered.</summary>
    public bool TryFind(in EnvelopeId id, out Answer answer)
    {
        var index = _hashes.AsSpan().IndexOf(Hash(id));
        answer = index < 0 ? default : _answers[index];
        return index >= 0;
    }

    /// <summary>Remembers how an id was answered; the oldest gives way.</summary>
    public void Remember(in EnvelopeId id, ErrorCode code, string? text, ReadOnlySpan<byte> data)
    {
        if (_next == _hashes.Length && _hashes.Length < Capacity)
        {
            var capacity = Math.Min(Capacity, Math.Max(16, _hashes.Length * 2));
            Array.Resize(ref _hashes, capacity);
            Array.Resize(ref _answers, capacity);
        }

        _next %= _hashes.Length;
        Forget(_next);
        _hashes[_next] = Hash(id);
        _answers[_next] = new Answer(code, text, data.IsEmpty || data.Length > MaxDataBytes ? null : data.ToArray());
        _dataBytes += _answers[_next].Data?.Length ?? 0;
        _next++;
        _forgetFrom = Math.Max(_forgetFrom, ++_remembered - Capacity);
        for (; _dataBytes > MaxDataBytes; _forgetFrom++)
        {
            Forget((int)(_forgetFrom % _hashes.Length));
        }
    }

    private void Forget(int index)
    {
        _dataBytes -= _answers[index].Data?.Length ?? 0;
        _answers[index] = _answers[index] with { Data = null };
    }

    private static ulong Hash(in EnvelopeId id)
    {
        // Never 0, which marks a free place.
        var h = Seed ^ (id.IsNumber ? 0x5851_F42D_4C95_7F2DUL : 0) ^ (ulong)id.Value.Length;
        var rest = id.Value;
        while (rest.Length >= 8)
        {
            h = Mix(h ^ BinaryPrimitives.ReadUInt64LittleEndian(rest));
            rest = rest[8..];
        }

        ulong tail = 0;
        foreach (var b in rest)
        {
            tail = (tail << 8) | b;
        }

        return Mix(h ^ tail) | 1;
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0x9E37_79B9_7F4A_7C15UL, out var low);
        return high ^ low;
    }

    /// <summary>How one message was answered: <see cref="ErrorCode.None"/> is an ack.</summary>
    internal readonly record struct Answer(ErrorCode Code, string? Text, byte[]? Data);
}
