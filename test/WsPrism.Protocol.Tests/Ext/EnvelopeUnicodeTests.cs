using System.Text;

namespace WsPrism.Protocol.Tests.Ext;

public sealed class EnvelopeUnicodeTests
{
    [Theory]
    [InlineData("e\u0301", "é in two code points")]
    [InlineData("\u202Eroom", "right-to-left override")]
    [InlineData("\u05D0\u05D1", "Hebrew")]
    [InlineData("\u200B", "zero-width space")]
    [InlineData("\uFEFFroom", "zero-width no-break space, inside")]
    [InlineData("\u00A0", "first code point after C1")]
    [InlineData("\u2028", "line separator")]
    [InlineData("\uFFFF", "noncharacter")]
    [InlineData("😀", "outside the basic plane")]
    [InlineData("\U0010FFFF", "the last code point")]
    public void Room_takes_any_text_as_it_is(string room, string what)
    {
        Assert.True(EnvelopeSnapshot.Read(WithRoom(room)).Room == room, what);
    }

    [Fact]
    public void Composed_and_decomposed_rooms_are_different()
    {
        Assert.NotEqual(EnvelopeSnapshot.Read(WithRoom("é")).Room, EnvelopeSnapshot.Read(WithRoom("e\u0301")).Room);
    }

    [Theory]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("\\uD83D\\uDE00", "😀")]
    [InlineData("\\udbff\\udfff", "\U0010FFFF")]
    [InlineData("x\\u202e\\u05d0", "x\u202E\u05D0")]
    [InlineData("\\u00a0", "\u00A0")]
    public void Escapes_become_utf8(string escaped, string room)
    {
        Assert.Equal(room, EnvelopeSnapshot.Read(WithRoom(escaped)).Room);
    }

    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("\\ude00")]
    [InlineData("\\ud83dx")]
    [InlineData("\\ud83d\\n")]
    [InlineData("\\ud83d\\u0041")]
    [InlineData("\\ude00\\ud83d")]
    [InlineData("\\ud83d\\ud83d\\ude00")]
    public void Lone_surrogate_is_bad_request(string escaped)
    {
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(WithRoom(escaped)).Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read($$"""{"svc":"a","type":"b","id":"{{escaped}}"}""").Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read($$"""{"svc":"{{escaped}}","type":"b"}""").Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read($$"""{"svc":"a","type":"b","{{escaped}}":1}""").Error);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x09)]
    [InlineData(0x1F)]
    [InlineData(0x7F)]
    [InlineData(0x80)]
    [InlineData(0x85)]
    [InlineData(0x9F)]
    public void Control_character_in_a_room_is_bad_request(int character)
    {
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(WithRoom($"a{(char)character}b")).Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(WithRoom($"a\\u{character:x4}b")).Error);
    }

    [Fact]
    public void Id_may_hold_an_escaped_nul()
    {
        var envelope = EnvelopeSnapshot.Read("""{"svc":"a","type":"b","id":"\u0000"}""");

        Assert.Equal((ErrorCode.None, "\"\\u0000\"", "\0"), (envelope.Error, envelope.IdToken, envelope.IdValue));
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })] // overlong NUL
    [InlineData(new byte[] { 0xC1, 0xA1 })] // overlong a
    [InlineData(new byte[] { 0xE0, 0x80, 0xAF })] // overlong slash
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })] // surrogate
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })] // past U+10FFFF
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xFF })]
    public void Invalid_utf8_anywhere_is_bad_request(byte[] bytes)
    {
        byte[] inRoom = [.. "{\"svc\":\"a\",\"type\":\"b\",\"room\":\"x"u8, .. bytes, .. "\"}"u8];
        byte[] inData = [.. "{\"svc\":\"a\",\"type\":\"b\",\"data\":[\"x"u8, .. bytes, .. "\"]}"u8];
        byte[] inName = [.. "{\"svc\":\"a\",\"type\":\"b\",\"da"u8, .. bytes, .. "\":1}"u8];

        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(inRoom).Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(inData).Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(inName).Error);
    }

    [Fact]
    public void Byte_order_mark_is_bad_request()
    {
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read("\uFEFF{\"svc\":\"a\",\"type\":\"b\"}").Error);
        Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(Encoding.Unicode.GetBytes("{\"svc\":\"a\",\"type\":\"b\"}")).Error);
    }

    private static string WithRoom(string room) => $$"""{"svc":"a","type":"b","room":"{{room}}"}""";
}
