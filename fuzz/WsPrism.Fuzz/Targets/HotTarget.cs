using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Fuzz.Targets;

/// <summary>Reads Hot frames and batches. What is accepted must be written back byte for byte; a batch must lose no byte.</summary>
internal sealed class HotTarget : IFuzzTarget
{
    private const HotFlags ServerOnly = HotFlags.Sender | HotFlags.Batch;

    public string Name => "hot";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "fa0000",
            "010100deadbeef",
            "010927050000000600000078",
            "01013d0100000002000000030000000400000070",
            "010140020009000101080a00000061610a000101080b000000626262",
            "01017f0100000002000000030000000400000001000300010100"
        }.Select(Convert.FromHexString)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[] { "010100", "010140", "0300010100", "0300", "0000", "ffff", "ffffffff", "00000080", "7f", "80" }.Select(Convert.FromHexString)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fromServer = HotFrameReader.TryRead(input, HotDirection.FromServer, out var frame);
        var fromClient = HotFrameReader.TryRead(input, HotDirection.FromClient, out _);

        BrokenInvariantException.ThrowIfNot(frame.SvcId == At(input, 0) && frame.Opcode == At(input, 1), "the route is always known");
        BrokenInvariantException.ThrowIfNot(
            (fromClient == ErrorCode.None) == (fromServer == ErrorCode.None && (frame.Flags & ServerOnly) == 0),
            "the directions differ in SENDER and BATCH only");
        if (fromServer != ErrorCode.None)
            return;

        var written = new byte[HotFrameWriter.GetLength(frame)];
        var length = HotFrameWriter.Write(frame, written);
        BrokenInvariantException.ThrowIfNot(written.AsSpan(0, length).SequenceEqual(input), "a frame is written back as it was");

        if (frame.Has(HotFlags.Batch))
            WalkBatch(frame);
    }

    private static void WalkBatch(in HotFrame frame)
    {
        var batch = new HotBatchReader(frame);
        var count = 0;
        var taken = 0;
        while (batch.TryReadNext(out var inner))
        {
            count++;
            taken += sizeof(ushort) + inner.Length;
            HotFrameReader.TryRead(inner, HotDirection.FromServer, out var read);
            BrokenInvariantException.ThrowIfNot(!read.Has(HotFlags.Batch), "no batch is inside a batch");
        }

        BrokenInvariantException.ThrowIfNot(
            batch.IsMalformed || (count == frame.Count && taken == frame.Payload.Length), "a good batch is taken whole");
    }

    private static byte At(ReadOnlySpan<byte> input, int index) => index < input.Length ? input[index] : (byte)0;
}
