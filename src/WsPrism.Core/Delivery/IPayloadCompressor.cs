namespace WsPrism.Core.Delivery;

/// <summary>Makes a payload smaller in the way of one transport. Stateless, safe for all threads.</summary>
internal interface IPayloadCompressor
{
    /// <summary>Compresses into <paramref name="destination"/>, which is as long as the payload; false where the result would not be smaller.</summary>
    bool TryCompress(ReadOnlySpan<byte> payload, Span<byte> destination, out int written);
}
