using System.Text;
using WsPrism.Protocol.Ext;

namespace WsPrism.Protocol.Tests.Ext;

/// <summary>An envelope on the heap, which outlives its buffers and compares by value.</summary>
internal sealed record EnvelopeSnapshot(
    ErrorCode Error, string Svc, string Type, string? Room, string? Data, string? IdToken, string? IdValue, bool IdIsNumber)
{
    public static EnvelopeSnapshot Read(string message) => Read(Encoding.UTF8.GetBytes(message));

    public static EnvelopeSnapshot Read(ReadOnlySpan<byte> message)
    {
        // Dirty on purpose: what was in the scratch buffer must not matter.
        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        scratch.Fill(0xFF);
        var error = EnvelopeReader.TryRead(message, scratch, out var envelope);
        return new EnvelopeSnapshot(
            error,
            Encoding.UTF8.GetString(envelope.Svc),
            Encoding.UTF8.GetString(envelope.Type),
            envelope.HasRoom ? Encoding.UTF8.GetString(envelope.Room) : null,
            envelope.HasData ? Encoding.UTF8.GetString(envelope.Data) : null,
            envelope.Id.IsPresent ? Encoding.UTF8.GetString(envelope.Id.RawToken) : null,
            envelope.Id.IsPresent ? Encoding.UTF8.GetString(envelope.Id.Value) : null,
            envelope.Id.IsNumber);
    }
}
