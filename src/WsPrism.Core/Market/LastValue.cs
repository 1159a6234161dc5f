using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Market;

/// <summary>The last value that an instrument has of one opcode. Mutable struct: it lives in <see cref="LastValues"/> and is passed by reference.</summary>
internal struct LastValue
{
    // The envelope, its data, the list of values and the entry in it stand around a value.
    private const int LevelsAround = 4;

    private byte[] _bytes;
    private int _length;
    private bool? _isJson;

    /// <summary>svc_id and opcode.</summary>
    public ushort Route { get; private set; }

    public byte Opcode => (byte)Route;

    public bool IsReliable { get; private set; }

    /// <summary>The number that the instrument gave to the update.</summary>
    public uint Seq { get; private set; }

    /// <summary>The value; empty where it was taken away.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>True where it was taken away.</summary>
    public readonly bool IsGone => _length == 0;

    /// <summary>True where the value is JSON that fits into an envelope as it is. Found out when somebody first asks.</summary>
    public bool IsJson => _isJson ??= LooksLikeJson(Bytes);

    /// <summary>Puts a newer value there, into the bytes of the older one where they are enough.</summary>
    public void Set(ushort route, bool isReliable, uint seq, ReadOnlySpan<byte> value)
    {
        Route = route;
        IsReliable = isReliable;
        Seq = seq;
        _isJson = null;
        _length = value.Length;
        if (value.IsEmpty || _bytes is null || _bytes.Length < value.Length)
        {
            // A little more than needed: most values differ in length by a digit or two.
            _bytes = value.IsEmpty ? [] : new byte[(value.Length + 7) & ~7];
        }

        value.CopyTo(_bytes);
    }

    /// <summary>The same value in bytes of its own.</summary>
    public readonly LastValue Copy()
    {
        var copy = default(LastValue);
        copy.Set(Route, IsReliable, Seq, Bytes);
        return copy;
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = EnvelopeRules.MaxDepth - LevelsAround });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
