using System.Text;
using static WsPrism.Transports.Tests.WebSockets.ClientFrames;
using static WsPrism.Transports.Tests.WebSockets.ParserRuns;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketUtf8Tests
{
    public static TheoryData<string> Invalid { get; } =
    [
        "80", "C3", "C080", "C328", "E080AF", "E282", "EDA080", "EDBFBF", "F0808080", "F08080AF", "F4908080", "F5808080", "FF", "F09F98", "61C3",
    ];

    [Theory]
    [InlineData("κόσμε")]
    [InlineData("a\0b")]
    [InlineData("\U0001F600\uFFFF\uFFFD\U0010FFFF\u0800\u07FF")]
    public void Valid_text_passes_whole_and_in_fragments_cut_anywhere(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Expect(Text(text), ["text " + text]);

        for (var at = 0; at <= bytes.Length; at++)
            Expect([.. Frame(0x1, bytes[..at], final: false), .. Continuation(bytes[at..], true)], ["text " + text]);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Invalid_text_is_an_invalid_payload_whole_and_in_fragments_cut_anywhere(string hex)
    {
        byte[] bytes = [(byte)'a', .. Convert.FromHexString(hex)];

        Expect(Frame(0x1, bytes), ["error 1007"]);

        for (var at = 0; at <= bytes.Length; at++)
            Expect([.. Frame(0x1, bytes[..at], final: false), .. Continuation(bytes[at..], true)], ["error 1007"]);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Binary_is_not_checked(string hex)
    {
        Expect(Binary(Convert.FromHexString(hex)), ["binary " + hex.ToLowerInvariant()]);
    }

    [Theory]
    [InlineData("80")]
    [InlineData("E080")]
    [InlineData("EDA0")]
    [InlineData("F490")]
    [InlineData("C328")]
    public void A_fragment_that_cannot_become_valid_fails_at_once(string hex)
    {
        Expect([.. Frame(0x1, Convert.FromHexString(hex), final: false), .. Ping(1)], ["error 1007"]);
    }

    [Fact]
    public void A_frame_that_cannot_become_valid_fails_before_it_is_whole()
    {
        var frame = Frame(0x1, [0x61, 0xF4, 0x90, 0x80, 0x80]);

        Assert.Equal(["error 1007"], Run([frame[..9]]).Lines);
    }
}
