using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketMaskTests
{
    [Fact]
    public void Masking_agrees_with_a_plain_loop_for_every_length_and_offset()
    {
        byte[] key = [0x37, 0xFA, 0x21, 0x3D];

        for (var length = 0; length <= 200; length++)
        {
            for (var offset = 0; offset < 9; offset++)
            {
                var data = WebSocketFrameParserTests.Payload(length);
                var expected = data.Select((value, index) => (byte)(value ^ key[(index + offset) % 4])).ToArray();

                WebSocketMask.Apply(data, key, offset);

                Assert.Equal(expected, data);
            }
        }
    }

    [Fact]
    public void Masking_stays_within_its_span()
    {
        for (var length = 0; length <= 100; length++)
        {
            var data = new byte[length + 64];

            WebSocketMask.Apply(data.AsSpan(32, length), 0xFFFFFFFF, 0);

            Assert.DoesNotContain((byte)0xFF, data[..32]);
            Assert.DoesNotContain((byte)0xFF, data[(32 + length)..]);
            Assert.DoesNotContain((byte)0, data[32..(32 + length)]);
        }
    }
}
