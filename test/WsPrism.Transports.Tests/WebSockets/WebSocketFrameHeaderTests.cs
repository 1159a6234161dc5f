using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketFrameHeaderTests
{
    [Theory]
    [InlineData(0, "8200")]
    [InlineData(125, "827d")]
    [InlineData(126, "827e007e")]
    [InlineData(65_535, "827effff")]
    [InlineData(65_536, "827f0000000000010000")]
    [InlineData(int.MaxValue, "827f000000007fffffff")]
    public void The_length_is_written_in_its_shortest_form(int payloadLength, string expected)
    {
        var header = new byte[WebSocketFrameHeader.MaxLength];

        var length = WebSocketFrameHeader.Write(header, WebSocketOpcode.Binary, payloadLength);

        Assert.Equal(expected, Convert.ToHexStringLower(header.AsSpan(0, length)));
        Assert.Equal(length, WebSocketFrameHeader.GetLength(payloadLength));
    }

    [Theory]
    [InlineData((byte)WebSocketOpcode.Text, false, "8103")]
    [InlineData((byte)WebSocketOpcode.Text, true, "c103")]
    [InlineData((byte)WebSocketOpcode.Close, false, "8803")]
    [InlineData((byte)WebSocketOpcode.Ping, false, "8903")]
    [InlineData((byte)WebSocketOpcode.Pong, false, "8a03")]
    public void Opcode_and_compression_stand_in_the_first_byte(byte opcode, bool compressed, string expected)
    {
        var header = new byte[2];

        WebSocketFrameHeader.Write(header, (WebSocketOpcode)opcode, 3, compressed);

        Assert.Equal(expected, Convert.ToHexStringLower(header));
    }
}
