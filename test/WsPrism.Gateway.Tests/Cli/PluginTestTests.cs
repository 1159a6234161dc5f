using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Cli;

/// <summary><c>wsprism plugin test</c>, as an author runs it.</summary>
public sealed class PluginTestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_line_is_what_came_of_a_message_for_the_sender_or_for_the_room()
    {
        var (code, output, errors) = await RunAsync(
            BuiltPlugins.Guess, "--name", "guess", "--user", "user:me", "--room", "match:1", "-m", """{"type":"start","data":{"max":10,"number":7}}""",
            "-m", """{"type":"guess","data":{"n":3}}""", "-m", """{"type":"guess","data":{"n":7},"id":"last"}""");

        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            """
            {"to":"sender","frame":{"v":1,"svc":"sys","type":"ack","id":1,"data":{"max":10}}}
            {"to":"sender","frame":{"v":1,"svc":"sys","type":"ack","id":2,"data":{"hint":"higher"}}}
            {"to":"sender","frame":{"v":1,"svc":"sys","type":"ack","id":"last","data":{"hint":"right"}}}
            {"to":"sender","frame":{"v":1,"svc":"guess","type":"won","room":"match:1","data":{"user":"user:me","tries":2}}}
            {"to":"room","frame":{"v":1,"svc":"guess","type":"won","room":"match:1","data":{"user":"user:me","tries":2}}}

            """.ReplaceLineEndings("\n"),
            output);
    }

    [Fact]
    public async Task A_message_that_is_refused_is_exit_code_1()
    {
        var (code, output, errors) = await RunAsync(BuiltPlugins.Guess, "-m", """{"type":"guess","data":{"n":3}}""", "-m", """{"type":"start"}""");

        Assert.Equal((1, ""), (code, errors));
        var lines = output.Split('\n');
        Assert.StartsWith("""{"to":"sender","frame":{"v":1,"svc":"sys","type":"error","id":1,"data":{"code":"BAD_REQUEST","msg":"Start a game first."},"trace_id":""", lines[0], StringComparison.Ordinal);
        Assert.Equal("""{"to":"sender","frame":{"v":1,"svc":"sys","type":"ack","id":2,"data":{"max":100}}}""", lines[1]);
    }

    [Fact]
    public async Task Without_messages_the_plugin_is_only_loaded()
    {
        Assert.Equal((0, "", ""), await RunAsync(BuiltPlugins.Guess));
        Assert.Equal((0, "", ""), await RunAsync(BuiltPlugins.Guess, "--setting", "max=5"));
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_loaded_is_exit_code_1_and_says_why()
    {
        var (code, output, errors) = await RunAsync(BuiltPlugins.Guess, "--setting", "max=many=${HOME}");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("wsprism: the constructor of NativeGuess.GuessService failed: FormatException: The input string 'many=${HOME}' was not in a correct format.\n", errors);

        (code, output, errors) = await RunAsync(_folder.Write("broken.dll", "text"));
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("wsprism: broken.dll is not a .NET assembly", errors, StringComparison.Ordinal);

        (code, output, errors) = await RunAsync("nowhere.dll");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("wsprism: FILE must be the path of a file that can be read, got ", errors, StringComparison.Ordinal);
        Assert.Contains("nowhere.dll", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"type\":\"x\"", "--message wants JSON, got '{\"type\":\"x\"': byte ")]
    [InlineData("[]", "got '[]': it is no object")]
    [InlineData("{\"type\":5}", ": it has no type that is a string")]
    [InlineData("{\"type\":\"x\",\"id\":{}}", ": its id is no string and no number")]
    [InlineData("{\"type\":\"x\",\"svc\":\"y\"}", ": it has a svc, which is the plugin's (--name)")]
    [InlineData(null, "Required argument missing for option: '-m'")]
    public async Task A_message_that_cannot_be_sent_is_wrong_usage_and_the_reason_is_said(string? message, string reason)
    {
        var (code, output, errors) = await RunAsync([BuiltPlugins.Guess, "-m", .. message is null ? Array.Empty<string>() : [message]]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_gateway_does_not_understand_is_answered_at_once()
    {
        var (code, output, _) = await RunAsync(BuiltPlugins.Guess, "-m", """{"type":"start","id":1.5}""", "-m", """{"type":"start"}""");

        Assert.Equal(1, code);
        Assert.Contains("BAD_REQUEST", output.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("\"type\":\"ack\",\"id\":2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_named_with_the_limit()
    {
        var (code, output, errors) = await RunAsync(BuiltPlugins.Guess, "-m", $$"""{"type":"start","data":"{{new string('x', 5_000)}}"}""");

        Assert.Equal((1, "{\"to\":\"sender\",\"close\":1009}\n"), (code, output));
        Assert.Equal("wsprism: message 1 is longer than a client's may be, 4096 bytes (limits.max_frame_bytes)\n", errors);
    }

    [Fact]
    public async Task What_the_plugin_logs_goes_to_standard_error_and_a_kick_ends_the_trial()
    {
        var (code, output, errors) = await RunAsync(
            BuiltPlugins.TestPlugin, "--class", $"{BuiltPlugins.Namespace}.Deeds", "-m", """{"type":"log"}""", "-m", """{"type":"kick"}""", "-m", """{"type":"nothing"}""");

        Assert.Contains("Plugin test/plugin: told to log", errors, StringComparison.Ordinal);
        Assert.Contains("wsprism: the sender was sent away after 2 of 3 messages\n", errors, StringComparison.Ordinal);
        Assert.Equal(1, code);
        Assert.EndsWith(
            """
            {"to":"sender","frame":{"v":1,"svc":"sys","type":"ack","id":2,"data":"bye"}}
            {"to":"sender","frame":{"v":1,"svc":"sys","type":"kicked","data":{"reason":"told to"}}}
            {"to":"sender","close":4408}

            """.ReplaceLineEndings("\n"),
            output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hot_frames_go_to_the_plugin_by_their_own_svc_id()
    {
        string[] relay = [BuiltPlugins.TestPlugin, "--class", $"{BuiltPlugins.Namespace}.Relay"];

        var (code, output, errors) = await RunAsync([.. relay, "--hot", "05010042"]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches("""^\{"to":"room","hot":"050108[0-9a-f]{8}42"\}\n$""", output);

        (code, output, errors) = await RunAsync([.. relay, "--hot", "050900"]);
        Assert.Equal(1, code);
        Assert.Contains("\"code\":\"INTERNAL\"", output, StringComparison.Ordinal);
        Assert.Contains("opcode 9", errors, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => GatewayProcess.RunAsync(_folder.Path, ["plugin", "test", .. arguments]);
}
