using System.Text;
using WsPrism.Core.Answers;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;

namespace WsPrism.Backend.Tests.Answers;

public sealed class ServiceAnswerTests
{
    private static readonly AnswerRules Rules = new("test"u8.ToArray(), MaxMessageBytes: 1_000, MaxHotBytes: 100, MaxReplyBytes: 900);

    public static TheoryData<string, string> Wrong => new()
    {
        { "nonsense", "is not JSON" },
        { " ", "is not JSON" },
        { "{} {}", "is not JSON" },
        { "{\"reply\":1,}", "is not JSON" },
        { "{/**/}", "is not JSON" },
        { "[]", "must be an object" },
        { "null", "must be an object" },
        { "\"x\"", "must be an object" },
        { """{"replies":1}""", "has an unknown field" },
        { """{"\ud800":1}""", "half of a surrogate pair" },
        { """{"reply":1,"reply":2}""", "reply is there twice" },
        { """{"reply":1,"error":{"code":"INTERNAL"}}""", "both reply and error" },
        { """{"error":"INTERNAL"}""", "error must be an object" },
        { """{"error":{}}""", "error.code is required" },
        { """{"error":{"code":7}}""", "error.code must be a string" },
        { """{"error":{"code":"NOPE"}}""", "error.code must be a code" },
        { """{"error":{"code":""}}""", "error.code must be a code" },
        { """{"error":{"code":"INTERNAL","msg":""}}""", "error.msg must be 1 to 256 bytes" },
        { """{"error":{"code":"INTERNAL","msg":"a\nb"}}""", "error.msg must be" },
        { """{"error":{"code":"INTERNAL","msg":"\ud800"}}""", "error.msg has half" },
        { """{"error":{"code":"INTERNAL","more":1}}""", "error has an unknown field" },
        { """{"join":"a"}""", "join must be an array" },
        { """{"join":[7]}""", "join[0] must be a string" },
        { """{"join":["a",""]}""", "join[1] must be 1 to 128 bytes" },
        { """{"leave":["\u0007"]}""", "leave[0] must be" },
        { """{"kick":false}""", "kick must be an object" },
        { """{"kick":{"why":"x"}}""", "kick has an unknown field" },
        { """{"kick":{"reason":7}}""", "kick.reason must be a string" },
        { """{"publish":{}}""", "publish must be an array" },
        { """{"publish":[1]}""", "publish[0] must be an object" },
        { """{"publish":[{}]}""", "publish[0].to is required" },
        { """{"publish":[{"to":{"all":true}}]}""", "either message or frame_base64" },
        { """{"publish":[{"to":{"all":true},"message":{"type":"x"},"frame_base64":"AQAA"}]}""", "either message or frame_base64" },
        { """{"publish":[{"to":{},"message":{"type":"x"}}]}""", "exactly one of" },
        { """{"publish":[{"to":{"room":"a","user":"b"},"message":{"type":"x"}}]}""", "exactly one of" },
        { """{"publish":[{"to":{"rooms":[]},"message":{"type":"x"}}]}""", "at least one room" },
        { """{"publish":[{"to":{"all":false},"message":{"type":"x"}}]}""", "to.all must be true" },
        { """{"publish":[{"to":{"user":"\u0001"},"message":{"type":"x"}}]}""", "to.user must be" },
        { """{"publish":[{"to":{"all":true},"message":{}}]}""", "message.type is required" },
        { """{"publish":[{"to":{"all":true},"message":{"type":"X"}}]}""", "message.type must be" },
        { """{"publish":[{"to":{"all":true},"message":{"svc":"sys","type":"x"}}]}""", "must not be sys" },
        { """{"publish":[{"to":{"all":true},"message":{"type":"x","id":1}}]}""", "unknown field" },
        { """{"publish":[{"to":{"all":true},"frame_base64":"?"}]}""", "must be a string of base64" },
        { """{"publish":[{"to":{"all":true},"frame_base64":"\ud800"}]}""", "must be a string of base64" },
        { """{"publish":[{"to":{"all":true},"frame_base64":"AQ=="}]}""", "is not a Hot frame" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_answer_is_named_by_its_place(string json, string problem)
    {
        Assert.False(Read(json, out var answer, out var text));
        Assert.Contains(problem, text, StringComparison.Ordinal);
        Assert.Same(ServiceAnswer.Empty, answer);
    }

    [Fact]
    public void What_is_not_utf8_is_wrong()
    {
        Assert.False(ServiceAnswer.TryRead(new byte[] { 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D }, Rules, out _, out var problem));
        Assert.Equal("the answer is not UTF-8", problem);
    }

    [Fact]
    public void All_that_an_answer_can_say()
    {
        Assert.True(Read("""
            {"reply":[1, 2],"join":["a","b"],"leave":["c"],"kick":{"reason":"why"},"set_state":{"x":1},
             "publish":[{"to":{"rooms":["a","b"]},"message":{"svc":"x","type":"y","data":null,"exclude":["s"]}},{"to":{"session":"s"},"frame_base64":"AQAA"}]}
            """, out var answer, out _));

        Assert.Equal("[1, 2]", Encoding.UTF8.GetString(answer.Reply!));
        Assert.Equal(["a", "b"], answer.Join.Select(Encoding.UTF8.GetString));
        Assert.Equal(["c"], answer.Leave.Select(Encoding.UTF8.GetString));
        Assert.Equal(("why", """{"x":1}"""), (answer.KickReason, Encoding.UTF8.GetString(answer.State!)));
        Assert.Equal([2, 1], answer.Publish.Select(publish => publish.Count));
    }

    [Fact]
    public void Short_forms()
    {
        Assert.True(Read("""{"kick":true,"set_state":null,"error":{"code":"TIMEOUT"}}""", out var answer, out _));

        Assert.Equal(("backend", 0, ErrorCode.Timeout), (answer.KickReason, answer.State!.Length, answer.Error.Code));
        Assert.NotEmpty(answer.Error.Text);
        Assert.True(Read("{}", out var empty, out _));
        Assert.Equal((null, null, null), (empty.Reply, empty.KickReason, empty.State));
    }

    [Fact]
    public void Bounds_are_taken_and_one_more_is_not()
    {
        Ends(n => Array("join", "\"r\"", n), ServiceAnswer.MaxRooms);
        Ends(n => Array("leave", "\"r\"", n), ServiceAnswer.MaxRooms);
        Ends(n => Array("publish", """{"to":{"all":true},"message":{"type":"x"}}""", n), ServiceAnswer.MaxPublishes);
        Ends(n => "{\"publish\":[{\"to\":" + Array("rooms", "\"r\"", n) + ",\"message\":{\"type\":\"x\"}}]}", ServiceAnswer.MaxPublishes);
        Ends(n => Field("set_state", Text(n - 2)), Session.MaxStateBytes);
        Ends(n => Field("reply", Text(n - 2)), 900);
        Ends(n => Field("error", "{\"code\":\"INTERNAL\",\"msg\":" + Text(n) + "}"), ServiceAnswer.MaxTextBytes);
        Ends(n => Field("kick", Field("reason", Text(n))), ServiceAnswer.MaxTextBytes);
        Ends(n => Array("join", Text(n), 1), 128);
        Ends(n => Field("reply", new string('[', n) + new string(']', n)), 31);
        Ends(n => ToAll("\"message\":{\"type\":\"x\",\"data\":" + new string('[', n) + new string(']', n) + "}"), 31);
        Ends(n => ToAll("\"message\":{\"type\":\"x\",\"exclude\":[" + string.Join(',', Enumerable.Range(0, n).Select(i => $"\"{i}\"")) + "]}"), 1_000);
        Ends(n => "{}".PadRight(n), ServiceAnswer.MaxBytes);

        // {"v":1,"svc":"test","type":"x","data":""} are 41 bytes around the text.
        Ends(n => ToAll("\"message\":{\"type\":\"x\",\"data\":" + Text(n) + "}"), 1_000 - 41);
        Ends(n => ToAll("\"frame_base64\":\"" + Convert.ToBase64String([1, 0, 0, .. new byte[n - 3]]) + "\""), 100);
    }

    private static string Text(int length) => $"\"{new string('x', length)}\"";

    private static string Field(string name, string value) => $"{{\"{name}\":{value}}}";

    private static string Array(string name, string item, int count) => Field(name, $"[{string.Join(',', Enumerable.Repeat(item, count))}]");

    private static string ToAll(string what) => Field("publish", "[{\"to\":{\"all\":true}," + what + "}]");

    private static void Ends(Func<int, string> json, int max)
    {
        Assert.True(Read(json(max), out _, out var problem), problem);
        Assert.False(Read(json(max + 1), out _, out _));
    }

    private static bool Read(string json, out ServiceAnswer answer, out string problem) =>
        ServiceAnswer.TryRead(Encoding.UTF8.GetBytes(json), Rules, out answer, out problem);
}
