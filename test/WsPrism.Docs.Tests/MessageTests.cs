using System.Text;
using System.Text.Json;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Docs.Tests;

public sealed class MessageTests
{
    private static readonly string[] ServerFields = ["v", "svc", "type", "room", "offset", "id", "data", "trace_id"];

    [Fact]
    public void Every_json_or_hot_block_says_who_sends_it()
    {
        string[] known =
        [
            "json client", "json server", "json http", "json api", "json link", "json worker", "json webhook", "json event", "json answer", "json connect", "json filter", "hot client", "hot server",
        ];

        // What a measurement printed is JSON too, and nobody sends it.
        var unknown = Page.All.Where(page => page.Name != "docs/benchmarks.md").SelectMany(page => page.Blocks)
            .Where(block => block.Info.StartsWith("json", StringComparison.Ordinal) || block.Info.StartsWith("hot", StringComparison.Ordinal))
            .Where(block => !known.Contains(block.Info));

        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_envelope_from_a_client_is_one_that_the_gateway_reads()
    {
        var lines = Lines("json client");

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(ErrorCode.None, EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(line), new byte[EnvelopeReader.ScratchLength], out _)));
    }

    [Fact]
    public void Every_envelope_from_the_server_has_its_fields_in_the_order_of_the_protocol()
    {
        var lines = Lines("json server");

        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            var fields = JsonDocument.Parse(line).RootElement.EnumerateObject().Select(field => field.Name).ToArray();
            Assert.Equal(["v", "svc", "type"], fields.Take(3));
            Assert.Equal(ServerFields.Where(fields.Contains), fields);
        });
    }

    [Fact]
    public void Every_answer_to_a_handshake_has_a_code_and_a_text() =>
        Assert.All(Lines("json http"), line =>
            Assert.Equal(["code", "msg"], JsonDocument.Parse(line).RootElement.EnumerateObject().Select(field => field.Name)));

    [Theory]
    [InlineData("hot client", HotDirection.FromClient)]
    [InlineData("hot server", HotDirection.FromServer)]
    public void Every_hot_frame_in_hexadecimal_is_one(string info, HotDirection direction)
    {
        var lines = Lines(info);

        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            var (bytes, comment) = (Convert.FromHexString(line.Split('#')[0].Replace(" ", "")), line.Split('#')[1]);
            Assert.Equal(ErrorCode.None, HotFrameReader.TryRead(bytes, direction, out var frame));
            Assert.Equal(bytes, Write(frame));
            AssertNamed(comment, frame);
        });
    }

    [Fact]
    public void The_protocol_page_names_every_error_code()
    {
        var page = Page.Of("docs/protocol.md").Text;

        Assert.All(Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None), code => Assert.Contains($"`{code.Text()}`", page));
    }

    [Fact]
    public void The_protocol_page_names_every_close_code()
    {
        var section = Page.Of("docs/protocol.md").Text.Split("## Close codes")[1].Split("\n## ")[0];
        var codes = section.Split('\n').Where(line => line.StartsWith('|')).SelectMany(row => row.Split('|')[1].Split(',', StringSplitOptions.TrimEntries)).ToArray();

        Assert.All(typeof(CloseCode).GetFields(), field => Assert.Contains(((ushort)field.GetRawConstantValue()!).ToString(), codes));
    }

    [Fact]
    public void The_protocol_page_names_every_message_of_every_service()
    {
        var page = Page.Of("docs/protocol.md").Text;
        string[] messages =
        [
            "room.join", "room.leave", "room.activate", "room.members", "room.state", "room.list", "chat.send", "chat.typing", "chat.direct", "game.input", "market.subscribe", "market.unsubscribe",
            "sys.ping", "sys.stats", "sys.refresh", "presence.join", "presence.update", "presence.leave",
            "party.create", "party.invite", "party.accept", "party.decline", "party.leave", "party.kick", "party.promote", "party.ready",
            "party.invited", "party.update", "party.closed",
        ];

        Assert.All(messages, message => Assert.Contains($"| `{message}` |", page));
    }

    private static List<string> Lines(string info) =>
        [.. Page.All.SelectMany(page => page.Blocks).Where(block => block.Info == info).SelectMany(block => block.Lines)];

    private static byte[] Write(in HotFrame frame)
    {
        var bytes = new byte[HotFrameWriter.GetLength(frame)];
        HotFrameWriter.Write(frame, bytes);
        return bytes;
    }

    // "SEQ 7; KEY 42" beside a frame must be what is in it.
    private static void AssertNamed(string comment, in HotFrame frame)
    {
        foreach (var part in comment.Split(';', ',').Select(part => part.Trim().Split(' ')).Where(part => part.Length == 2 && uint.TryParse(part[1], out _)))
        {
            var expected = uint.Parse(part[1]);
            var actual = part[0] switch
            {
                "svc_id" => frame.SvcId,
                "opcode" => frame.Opcode,
                "flags" => (uint)frame.Flags,
                "SEQ" => frame.Seq,
                "KEY" => frame.Key,
                "SENDER" => frame.Sender,
                "ROOM" => frame.Room,
                _ => expected,
            };
            Assert.Equal(expected, actual);
        }
    }
}
