using System.Buffers.Binary;
using WsPrism.Core.Delivery;
using WsPrism.Transports.Tcp;
using static WsPrism.Transports.Tests.Tcp.TcpFrames;

namespace WsPrism.Transports.Tests.Tcp;

/// <summary>What the gateway writes.</summary>
public sealed class TcpFramingTests
{
    [Theory]
    [InlineData(FrameKind.Text, 1)]
    [InlineData(FrameKind.Binary, 2)]
    [InlineData(FrameKind.Ping, 9)]
    [InlineData(FrameKind.Pong, 10)]
    internal void A_frame_is_written_with_its_length_and_kind(FrameKind kind, int expected)
    {
        Assert.Equal(Frame(expected, 1, 2, 3), Write(kind, [1, 2, 3]));
        Assert.Equal(Frame(expected), Write(kind, []));
    }

    [Fact]
    public void The_code_of_a_close_is_little_endian_as_all_else()
    {
        var payload = new byte[5];
        BinaryPrimitives.WriteUInt16BigEndian(payload, 4410);
        "bye"u8.CopyTo(payload.AsSpan(2));

        Assert.Equal(Close(4410, "bye"), Write(FrameKind.Close, payload));
        Assert.Equal(Close(4401, "401 AUTH_FAILED"), TcpClosePayload.ToFrame(4401, "401 AUTH_FAILED"));
    }

    private static byte[] Write(FrameKind kind, byte[] payload)
    {
        using var framing = new TcpFraming(100);
        var frame = OutboundFrame.Rent(kind, DeliveryClass.Control, payload.Length);
        payload.CopyTo(frame.WritableBuffer);
        var bytes = new byte[framing.GetMaxLength(frame)];
        var written = framing.Write(frame, bytes);
        frame.Release();
        return bytes[..written];
    }
}
