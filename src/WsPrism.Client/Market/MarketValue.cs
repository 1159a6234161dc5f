using System.Text.Json;

namespace WsPrism.Client.Market;

/// <summary>The newest value of an instrument. Its payload points into a buffer: read it within the handler.</summary>
public readonly ref struct MarketValue
{
    internal MarketValue(uint key, byte opcode, uint? seq, ReadOnlySpan<byte> payload, JsonElement data)
    {
        Key = key;
        Opcode = opcode;
        Seq = seq;
        Payload = payload;
        Data = data;
    }

    /// <summary>The instrument.</summary>
    public uint Key { get; }

    /// <summary>An instrument may have several values, bid and ask for example.</summary>
    public byte Opcode { get; }

    /// <summary>Which update of the instrument it is.</summary>
    public uint? Seq { get; }

    /// <summary>The value's bytes; empty where it was taken away, and where <see cref="Data"/> has it.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The value as JSON, with <see cref="MarketFormat.Json"/> where it is JSON; otherwise undefined.</summary>
    public JsonElement Data { get; }
}

/// <summary>Takes a value on the receive loop.</summary>
/// <param name="value">The value.</param>
public delegate void MarketHandler(in MarketValue value);
