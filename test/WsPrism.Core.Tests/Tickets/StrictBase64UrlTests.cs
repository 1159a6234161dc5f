using WsPrism.Core.Tickets;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Tickets;

public sealed class StrictBase64UrlTests
{
    [Fact]
    public void What_was_encoded_is_decoded_and_has_no_other_text()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var random = new Random(7);
        for (var length = 0; length < 100; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var text = TicketMint.Encode(bytes);

            Assert.Equal(bytes, StrictBase64Url.Decode(text));

            // All other last characters: they differ in the bytes, or in bits that carry nothing.
            foreach (var last in text.Length == 0 ? "" : Alphabet.Replace(text[^1..], "", StringComparison.Ordinal))
            {
                Assert.NotEqual(bytes, StrictBase64Url.Decode(text[..^1] + last));
            }
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AB")]
    [InlineData("AAB")]
    [InlineData("AA==")]
    [InlineData("AAA=")]
    [InlineData("AA+A")]
    [InlineData("AA/A")]
    [InlineData("AA A")]
    [InlineData(" AAAA")]
    [InlineData("AAAA\n")]
    [InlineData("AAÄA")]
    [InlineData("AA\0A")]
    [InlineData("AA.A")]
    public void Anything_else_is_refused(string text) => Assert.Null(StrictBase64Url.Decode(text));
}
