using System.Buffers.Binary;
using System.Threading.Channels;
using WsPrism.Client.Tests.Support;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Hot;

public sealed class AcknowledgementTests
{
    // An answer names no key: what says that a frame was taken in must not say it of another one.
    [Fact]
    public async Task Frames_of_two_keys_are_acknowledged_each_for_itself()
    {
        var (client, transport, _) = await FakeConnector.OpenAsync();
        var sent = Channel.CreateUnbounded<(uint Key, uint Seq)>();
        transport.Sent = (bytes, isText) =>
        {
            if (!isText && HotFrameReader.TryRead(bytes.Span, HotDirection.FromClient, out var frame) == ErrorCode.None)
                sent.Writer.TryWrite((frame.Key, frame.Seq));
        };
        var first = client.Hot.SendAcknowledgedAsync(1, 7, new byte[1], key: 1, timeout: Patience.Limit);
        var second = client.Hot.SendAcknowledgedAsync(1, 7, new byte[1], key: 2, timeout: Patience.Limit);
        var one = await sent.TakeAsync("the first frame");
        var two = await sent.TakeAsync("the second frame");
        Assert.Equal((1u, 2u), (one.Key, two.Key));
        Assert.NotEqual(one.Seq, two.Seq);

        transport.Say(Acknowledgement(two.Seq));
        await second;

        Assert.False(first.IsCompleted);
        transport.Say(Acknowledgement(one.Seq));
        await first;
        await client.DisposeAsync();
    }

    private static byte[] Acknowledgement(uint seq)
    {
        byte[] frame = [1, 7, (byte)(HotFlags.Seq | HotFlags.Ack), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(3), seq);
        return frame;
    }
}
