using System.IO.Compression;
using System.Text;
using WsPrism.Transports;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Fuzz.Targets;

/// <summary>Inflates: never more than allowed, never by an exception, and whatever was deflated comes back as it was.</summary>
internal sealed class DeflateTarget : IFuzzTarget
{
    private const int MaxMessageBytes = 4_000;

    public string Name => "deflate";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { "f248cdc9c90700", "00", "f348cdc9c90700", "000500faff48656c6c6f00", "0a0000", "04220000ffff" }.Select(Convert.FromHexString),
        Bomb(),
        [.. """{"svc":"chat","type":"send","data":{"msg":"hello hello hello hello"}}"""u8]
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var inflated = default(PooledBuffer);
        try
        {
            var status = MessageInflater.Inflate(input, MaxMessageBytes, ref inflated);
            BrokenInvariantException.ThrowIfNot(Enum.IsDefined(status), "there are three answers");
            BrokenInvariantException.ThrowIfNot(inflated.Length <= MaxMessageBytes, "no more is inflated than allowed");
            BrokenInvariantException.ThrowIfNot(inflated.Capacity <= 2 * MaxMessageBytes, "no more is held than the pool rounds up to");
        }
        finally
        {
            inflated.Release();
        }

        ComesBack(input);
    }

    private static void ComesBack(ReadOnlySpan<byte> message)
    {
        var compressed = new byte[Math.Max(1, message.Length)];
        if (!MessageDeflater.TryDeflate(message, compressed, out var length))
            return;

        BrokenInvariantException.ThrowIfNot(length < message.Length, "compressed is shorter");
        var again = default(PooledBuffer);
        try
        {
            var status = MessageInflater.Inflate(compressed.AsSpan(0, length), message.Length, ref again);
            BrokenInvariantException.ThrowIfNot(
                status == InflateStatus.Inflated && again.Span.SequenceEqual(message), "what was deflated inflates to what it was");
            again.Release();
            status = MessageInflater.Inflate(compressed.AsSpan(0, length), message.Length - 1, ref again);
            BrokenInvariantException.ThrowIfNot(status == InflateStatus.TooBig, "one byte less allowed is too big");
        }
        finally
        {
            again.Release();
        }
    }

    private static byte[] Bomb()
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(Encoding.ASCII.GetBytes(new string('a', 100_000)));

        return target.ToArray();
    }
}
